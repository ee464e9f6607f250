import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUIDv7 } from 'node:crypto';
import { Secret } from '../../src/config/secret.js';
import { migrate } from '../../src/database/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(30_000);

const FIELDS = `user_id, requested_model, status, attempts, input_tokens, output_tokens, cache_read_tokens,
  cache_write_tokens, estimated, duration_ms, stream, record_version`;
const VALUES = `1, 'm', 'success', 1, 1, 1, 0, 0, false, 1, true, 1`;

describe('the tables of usage', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(new Secret(database.url));
  });
  afterAll(() => database.drop());

  const insert = (id: string, calledAt = `usage_time_of('${id}')`) =>
    database.query(
      `insert into usage_records (request_id, called_at, ${FIELDS}) values ('${id}', ${calledAt}, ${VALUES})
       on conflict do nothing returning tableoid::regclass::text as part, called_at`,
    );

  it('know the time of a call from its id, to the millisecond', async () => {
    const before = Date.now();
    const { rows } = await insert(randomUUIDv7());
    const calledAt = (rows[0] as { called_at: Date }).called_at.getTime();
    expect(calledAt).toBeGreaterThanOrEqual(before);
    expect(calledAt).toBeLessThanOrEqual(Date.now());
    await expect(insert(randomUUIDv7(), "now() + interval '1 day'")).rejects.toThrow(/check constraint/);
  });

  it('take a record once, in the partition of its month', async () => {
    const id = randomUUIDv7();
    const { rows } = await insert(id);
    expect(rows).toEqual([expect.objectContaining({ part: `usage_records_${monthOf(new Date())}` })]);
    expect((await insert(id)).rows).toEqual([]);
  });

  it('take a record of any time, and move it when its month gets a partition', async () => {
    const far = '01f00000-0000-7000-8000-000000000001';
    expect((await insert(far)).rows).toMatchObject([{ part: 'usage_records_default' }]);
    await database.query(`select ensure_usage_month(usage_time_of('${far}')::date)`);
    const { rows } = await database.query(
      `select tableoid::regclass::text as part from usage_records where request_id = '${far}'`,
    );
    expect(rows).toEqual([{ part: expect.stringMatching(/^usage_records_\d{4}_\d\d$/) }]);
    expect((await insert(far)).rows).toEqual([]);
  });

  it('have partitions for months ahead, each with its keys', async () => {
    const { rows } = await database.query(
      `select c.relname as name, (select count(*)::int from pg_index i where i.indrelid = c.oid) as indexes
         from pg_inherits h join pg_class c on c.oid = h.inhrelid
        where h.inhparent = 'usage_records'::regclass order by 1`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(9);
    expect(new Set((rows as { indexes: number }[]).map(({ indexes }) => indexes))).toEqual(new Set([15]));
    const again = await database.query('select ensure_usage_month(now()::date) as made');
    expect(again.rows).toEqual([{ made: false }]);
  });
});

const monthOf = (date: Date): string => date.toISOString().slice(0, 7).replace('-', '_');
