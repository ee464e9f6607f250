import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { SignInLimit } from './sign-in-limits.js';

/** Failures are forgotten after this time without another one. */
const MEMORY = `interval '15 minutes'`;
const LONGEST_WAIT_SECONDS = 900;
/** What is forgotten is taken away on the occasion of others, faster than they can add to it. */
const SWEPT_AT_A_TIME = 20;

const FAILURES = `case when f.forgotten_at < now() then 1 else f.failures + 1 end`;
const WAIT = `case when ${FAILURES} < f.free then interval '0'
  else least(power(2, least(${FAILURES} - f.free, 10)), ${LONGEST_WAIT_SECONDS}) * interval '1 second' end`;

/**
 * Failed sign-ins in a row, in the database and so the same for all replicas: a sign-in asks it anyway. After a number
 * of free ones each further failure doubles the wait, from one second to a quarter of an hour.
 */
@Injectable()
export class SignInFailures {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Counts an attempt as failed before it is known, so that a burst of guesses is not free until the first one is
   * through. Returns 0, or the whole seconds the caller has to wait: then nothing was counted.
   */
  async count(limits: readonly SignInLimit[]): Promise<number> {
    const [row] = await this.dataSource.query<{ wait: number }[]>(
      `with blocked as (
         select ceil(greatest(0, max(extract(epoch from blocked_until - now()))))::int as wait
         from sign_in_failures where key = any($1)
       ), swept as (
         delete from sign_in_failures where key in (
           select key from sign_in_failures where forgotten_at < now() and not key = any($1)
           limit ${SWEPT_AT_A_TIME} for update skip locked)
       ), counted as (
         insert into sign_in_failures as f (key, free, failures, blocked_until, forgotten_at)
         select key, free, 1, now(), now() + ${MEMORY}
         from unnest($1::bytea[], $2::int[]) as limits (key, free)
         where coalesce((select wait from blocked), 0) = 0 order by key
         on conflict (key) do update set failures = ${FAILURES}, blocked_until = now() + ${WAIT},
           forgotten_at = now() + greatest(${MEMORY}, ${WAIT})
       )
       select coalesce(wait, 0) as wait from blocked`,
      [limits.map(({ key }) => key), limits.map(({ free }) => free)],
    );
    return row?.wait ?? 0;
  }

  /** It was no failure: what the account did wrong is forgotten, what others tried from the place is not. */
  async takeBack(limits: readonly SignInLimit[]): Promise<void> {
    const keys = (ofAccount: boolean): Buffer[] =>
      limits.filter((limit) => limit.ofAccount === ofAccount).map(({ key }) => key);
    await this.dataSource.query(
      `with forgotten as (delete from sign_in_failures where key = any($1))
       update sign_in_failures set failures = failures - 1,
         blocked_until = case when failures - 1 < free then now() else blocked_until end
       where key = any($2) and failures > 0`,
      [keys(true), keys(false)],
    );
  }
}
