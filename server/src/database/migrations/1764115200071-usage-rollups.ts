import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sums of the records per hour and per UTC day. What a call did not have is '' (provider, model, tier) or 0 (key: a
 * call with a session), so that the dimensions can be a primary key. `model` is the target's; a call that reached no
 * target has none, or callers could make rows without end by inventing names.
 */
export class UsageRollups1764115200071 implements MigrationInterface {
  readonly name = 'UsageRollups1764115200071';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(rollup('usage_hourly', 'hour timestamptz', 'hour'));
    await runner.query(rollup('usage_daily', 'day date', 'day'));
    for (const [table, time] of [
      ['usage_hourly', 'hour'],
      ['usage_daily', 'day'],
    ] as const) {
      await runner.query(`create index ${table}_by_user on ${table} (user_id, ${time})`);
      await runner.query(`create index ${table}_by_key on ${table} (key_id, ${time})`);
    }
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}

const rollup = (table: string, timeColumn: string, time: string): string => `
  create table ${table} (
    ${timeColumn} not null,
    provider text not null,
    model text not null,
    tier text not null,
    user_id integer not null,
    key_id integer not null,
    status text not null,
    calls bigint not null,
    attempts bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cache_read_tokens bigint not null,
    cache_write_tokens bigint not null,
    estimated_calls bigint not null,
    cost_nano_usd bigint not null,
    unpriced_calls bigint not null,
    first_event_ms bigint not null,
    first_event_calls bigint not null,
    duration_ms bigint not null,
    primary key (${time}, provider, model, tier, user_id, key_id, status)
  )`;
