import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { UsageRetentionModule } from '../../src/usage/usage-retention.module.js';
import { UsageRetention } from '../../src/usage/usage-retention.repository.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const NOW = Date.parse('2026-11-25T10:00:00Z');
/** With 100 days: what is from before 17 August goes. */
const TIMES = [
  '2026-03-05T00:00:00Z',
  '2026-08-16T23:59:59Z',
  '2026-08-17T00:00:00Z',
  '2026-11-25T09:00:00Z',
];

const idAt = (time: string): string => {
  const hex = Date.parse(time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000001`;
};

describe('the retention of usage', () => {
  let database: TestDatabase;
  let rooms: Rooms;

  beforeAll(async () => {
    database = await createTestDatabase();
    const variables = { RETENTION_USAGE_RECORDS_DAYS: '100', RETENTION_HOURLY_ROLLUPS_DAYS: '10' };
    rooms = await startRooms(testEnvironment(database.url, variables), { modules: [UsageRetentionModule] });
    for (const time of TIMES) {
      await database.query('select ensure_usage_month($1::date)', [time]);
      await database.query(
        `insert into usage_records (request_id, called_at, user_id, requested_model, status, attempts, input_tokens,
           output_tokens, cache_read_tokens, cache_write_tokens, estimated, duration_ms, stream, record_version)
         values ($1, usage_time_of($1), 1, 'm', 'success', 1, 1, 1, 0, 0, false, 1, false, 1)`,
        [idAt(time)],
      );
      await database.query(
        `insert into usage_attempts (request_id, called_at, attempt_no, provider, api_format, target_model, outcome,
           started_ms) values ($1, usage_time_of($1), 1, 'p', 'openai', 'm', 'answered', 0)`,
        [idAt(time)],
      );
      for (const [table, column] of [
        ['usage_quarters', 'since'],
        ['usage_daily', 'day'],
      ]) {
        await database.query(
          `insert into ${table} (${column}, provider, model, tier, user_id, key_id, status, calls, attempts,
             input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, estimated_calls, cost_nano_usd,
             unpriced_calls, first_event_ms, first_event_calls, duration_ms)
           values ($1, 'p', 'm', '', 1, 0, 'success', 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1)`,
          [time],
        );
      }
    }
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const rowsOf = async (sql: string): Promise<readonly unknown[]> => {
    const { rows } = await database.query(sql);
    return rows as readonly unknown[];
  };
  const count = (table: string): Promise<readonly unknown[]> =>
    rowsOf(`select count(*)::integer from ${table}`);

  it('removes records and hourly sums by whole days of UTC, hourly sums never before records, and no daily ones', async () => {
    await rooms.app.get(UsageRetention).enforce(NOW);
    expect(await rowsOf('select called_at from usage_records order by called_at')).toEqual([
      { called_at: new Date('2026-08-17T00:00:00Z') },
      { called_at: new Date('2026-11-25T09:00:00Z') },
    ]);
    expect(await count('usage_attempts')).toEqual([{ count: 2 }]);
    expect(await count('usage_quarters')).toEqual([{ count: 2 }]);
    expect(await count('usage_daily')).toEqual([{ count: 4 }]);
    expect(await rowsOf(`select to_regclass('usage_records_2026_03') as part`)).toEqual([{ part: null }]);
  });

  it('says since when records are kept, and never takes that back', async () => {
    const since = () =>
      rowsOf(`select value #>> '{}' as since from settings where key = 'usage_records_kept_since'`);
    expect(await since()).toEqual([{ since: '2026-08-17T00:00:00.000Z' }]);
    await rooms.app.get(UsageRetention).enforce(NOW - 86_400_000);
    expect(await since()).toEqual([{ since: '2026-08-17T00:00:00.000Z' }]);
    expect(await rooms.app.get(UsageRetention).enforce(NOW)).toBe(0);
  });
});
