import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RecordedSpend, SpendAccount } from './limit-store.js';

interface AccountQuestion {
  readonly account: SpendAccount;
  /** Settled calls (`req_…`) that may have been recorded by now. */
  readonly calls: readonly string[];
}

interface Row {
  /** In the order of the accounts; nano-USD as texts. */
  readonly sums: readonly string[];
  readonly recorded: readonly string[];
  readonly as_of_ms: string;
}

/** What recorded calls cost, by the roll-ups of usage, and which calls those are: as of one moment. */
@Injectable()
export class RecordedSpendRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** One statement, so one snapshot. */
  async read(questions: readonly AccountQuestion[]): Promise<readonly RecordedSpend[]> {
    if (questions.length === 0) return [];
    const calls = [...new Set(questions.flatMap((question) => question.calls))];
    const [row] = await this.dataSource.query<Row[]>(SQL, [
      questions.map(({ account }) => account.subject.kind),
      questions.map(({ account }) => account.subject.id),
      questions.map(({ account }) => account.period.firstDay),
      questions.map(({ account }) => new Date(account.period.endsAtMs).toISOString().slice(0, 10)),
      calls.map((call) => call.replace(/^req_/, '')),
    ]);
    const recorded = new Set(row?.recorded.map((id) => `req_${id}`));
    const asOfMs = Math.floor(Number(row?.as_of_ms ?? 0));
    return questions.map(({ account, calls: asked }, index) => ({
      account,
      base: BigInt(row?.sums[index] ?? '0'),
      recorded: asked.filter((call) => recorded.has(call)),
      asOfMs,
    }));
  }
}

/** A day's calls of a user are rows by key, model and so on: a few hundred at most, found by index. */
const SQL = `
  select array(
           select (coalesce(of_key.nano, 0) + coalesce(of_user.nano, 0))::text
             from unnest($1::text[], $2::integer[], $3::date[], $4::date[]) with ordinality
                    as asked (kind, id, first_day, next_day, position)
             left join lateral (
               select sum(cost_nano_usd) as nano from usage_daily
                where asked.kind = 'key' and key_id = asked.id
                  and day >= asked.first_day and day < asked.next_day) of_key on true
             left join lateral (
               select sum(cost_nano_usd) as nano from usage_daily
                where asked.kind = 'user' and user_id = asked.id
                  and day >= asked.first_day and day < asked.next_day) of_user on true
            order by position) as sums,
         array(
           select r.request_id::text
             from unnest($5::uuid[]) as asked (id)
             join usage_records r on r.called_at = usage_time_of(asked.id) and r.request_id = asked.id) as recorded,
         extract(epoch from clock_timestamp()) * 1000 as as_of_ms`;
