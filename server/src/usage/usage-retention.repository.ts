import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { RetentionRule } from '../retention/retention-rule.js';
import { ROLLUPS, ROLLUP_TABLES, type RollupTable } from './rollups.js';
import { RECORDS_KEPT_SINCE } from './usage-differences.js';

const DAY_MS = 86_400_000;
const AT_ONCE = 5_000;
/** Whoever counts waits while a month is taken out; if that takes longer, it is tried again in an hour. */
const LOCK_TIMEOUT = '2s';
const TABLES = ['usage_records', 'usage_attempts'] as const;
const FINER_ROLLUPS = ROLLUP_TABLES.filter((table) => ROLLUPS[table].time.finerThanDay);

/**
 * Records and attempts by call, and roll-ups finer than a day; daily ones stay for ever. Months that are too old are dropped
 * whole. Where records end is moved first, so that `usage:verify` compares what is there.
 */
@Injectable()
export class UsageRetention implements RetentionRule {
  readonly what = 'usage records and hourly roll-ups';

  constructor(
    private readonly dataSource: DataSource,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async enforce(now = Date.now()): Promise<number> {
    const { usageRecordsDays, hourlyRollupsDays } = this.environment.retention;
    if (usageRecordsDays === null) return 0;
    let removed = await this.#removeRecords(midnightBefore(now, usageRecordsDays));
    if (hourlyRollupsDays === null) return removed;
    // Roll-ups are proved by records: they do not go before them.
    const before = midnightBefore(now, Math.max(hourlyRollupsDays, usageRecordsDays));
    for (const table of FINER_ROLLUPS) removed += await this.#removeRows(table, 'since', before);
    return removed;
  }

  async #removeRecords(before: Date): Promise<number> {
    await this.dataSource.query(
      `insert into settings (key, value) values ($1, to_jsonb($2::text))
       on conflict (key) do update set value = excluded.value
        where (settings.value #>> '{}')::timestamptz < $2::timestamptz`,
      [RECORDS_KEPT_SINCE, before.toISOString()],
    );
    let removed = 0;
    for (const table of TABLES) {
      removed += await this.#dropMonths(table, before);
      removed += await this.#removeRows(table, 'called_at', before);
    }
    return removed + (await this.#removeRows('usage_batches', 'committed_at', before));
  }

  /** Partitions of months that end before. */
  async #dropMonths(table: (typeof TABLES)[number], before: Date): Promise<number> {
    const months = await this.dataSource.query<{ part: string; rows: string }[]>(
      `select c.relname as part, greatest(c.reltuples, 0)::bigint as rows
         from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = $1::regclass and c.relname ~ ('^' || $1 || '_[0-9]{4}_[0-9]{2}$')
          and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') <= ($2::timestamptz at time zone 'UTC')`,
      [table, before],
    );
    let removed = 0;
    for (const { part, rows } of months) {
      await this.dataSource.transaction(async (transaction) => {
        await transaction.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
        // A name that the pattern above has let through.
        await transaction.query(`drop table "${part}"`);
      });
      removed += Number(rows);
    }
    return removed;
  }

  async #removeRows(
    table: (typeof TABLES)[number] | RollupTable | 'usage_batches',
    time: 'called_at' | 'since' | 'committed_at',
    before: Date,
  ): Promise<number> {
    let removed = 0;
    for (;;) {
      const [, count] = await this.dataSource.query<[unknown[], number]>(
        `delete from ${table} where (tableoid, ctid) in (
           select tableoid, ctid from ${table} where ${time} < $1 limit ${AT_ONCE})`,
        [before],
      );
      removed += count;
      if (count < AT_ONCE) return removed;
    }
  }
}

/** Midnight of UTC, so many days before today's. */
function midnightBefore(now: number, days: number): Date {
  return new Date((Math.floor(now / DAY_MS) - days) * DAY_MS);
}
