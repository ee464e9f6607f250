import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUIDv7 } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { pino } from 'pino';
import { Secret } from '../../src/config/secret.js';
import { migrate } from '../../src/database/migrate.js';
import type { CallRecord } from '../../src/usage/call-record.js';
import { ROLLUP_TABLES } from '../../src/usage/rollups.js';
import { UsageStore } from '../../src/usage/usage-store.repository.js';
import { RECORDS_KEPT_SINCE, rollupDifferences } from '../../src/usage/usage-differences.js';
import { verifyUsage } from '../../src/usage/verify-usage.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';
import { callRecord, usageBatch } from '../support/usage-records.js';

jest.setTimeout(60_000);

/** A final line of the journal, as docs/decisions/0007 describes it. */
function journalLine(record: CallRecord): string {
  const text = `F${JSON.stringify(record)}`;
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

describe('usage in the database', () => {
  let database: TestDatabase;
  let store: UsageStore;
  let other: UsageStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(new Secret(database.url));
    const environment = testEnvironment(database.url);
    store = new UsageStore(environment, pino({ level: 'silent' }));
    other = new UsageStore(environment, pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await Promise.all([store.onApplicationShutdown(), other.onApplicationShutdown()]);
    await database.drop();
  });
  beforeEach(() =>
    database.query(
      `truncate usage_records, usage_attempts, usage_batches, usage_dead_letters, ${ROLLUP_TABLES.join(', ')}`,
    ),
  );

  const one = async (sql: string) => (await database.query(sql)).rows[0] as Record<string, unknown>;
  const differences = async () => rollupDifferences((sql) => database.query(sql));
  const records = (count: number, over: (index: number) => Partial<CallRecord> = () => ({})) =>
    Array.from({ length: count }, (_, index) => callRecord(over(index)));

  it('has a record with its attempts and sums, hour by hour and day by day', async () => {
    await store.write(usageBatch('b.0', [callRecord(), callRecord({ costNanoUsd: null, status: 'error' })]));
    expect(
      await one('select count(*)::int as n, count(cost_nano_usd)::int as priced from usage_records'),
    ).toEqual({
      n: 2,
      priced: 1,
    });
    expect(await one('select count(*)::int as n from usage_attempts')).toEqual({ n: 2 });
    expect(
      await one(
        `select sum(calls)::int as calls, sum(input_tokens)::int as input, sum(unpriced_calls)::int as unpriced,
                sum(cost_nano_usd)::int as cost from usage_daily`,
      ),
    ).toEqual({ calls: 2, input: 200, unpriced: 1, cost: 1_000 });
    expect(await differences()).toEqual([]);
    expect([...(await store.storedBatches(['b.0', 'b.1']))]).toEqual(['b.0']);
  });

  it('has every field of a record and of its attempts', async () => {
    const [attempt] = callRecord().trace;
    if (attempt === undefined) throw new Error('a record without an attempt');
    const record = callRecord({
      sessionId: 's-1',
      losses: ['top_k_dropped', 'strict_dropped'],
      candidates: [{ provider: 'sim', apiFormat: 'openai', model: 'm', fate: 'tried', reason: '' }],
      trace: [
        {
          ...attempt,
          outcome: 'failed',
          errorClass: 'server',
          errorCode: 'overloaded',
          upstreamStatus: 529,
          tokens: null,
        },
        { ...attempt, losses: ['top_k_dropped'] },
      ],
    });
    await store.write(usageBatch('b.0', [record]));
    const { called_at: at, recorded_at: _, ...row } = await one('select * from usage_records');
    expect(at).toEqual(new Date(Number.parseInt(record.requestId.replaceAll('-', '').slice(0, 12), 16)));
    expect(row).toEqual({
      request_id: record.requestId,
      user_id: 1,
      key_id: 2,
      requested_model: 'claude-sonnet-5',
      provider: 'sim',
      target_model: 'm',
      tier: 'middle',
      status: 'success',
      http_status: 200,
      error_code: null,
      attempts: 1,
      input_tokens: '100',
      output_tokens: '20',
      cache_read_tokens: '5',
      cache_write_tokens: '0',
      estimated: false,
      cost_nano_usd: '1000',
      first_event_ms: 40,
      duration_ms: 300,
      stream: true,
      session_id: 's-1',
      client: 'claude-cli/2.1.0',
      losses: record.losses,
      candidates: record.candidates,
      record_version: 1,
    });
    const { rows } = await database.query('select * from usage_attempts order by attempt_no');
    const common = {
      request_id: record.requestId,
      called_at: at,
      provider: 'sim',
      api_format: 'openai',
      target_model: 'm',
      tier: 'middle',
      started_ms: 1,
      first_event_ms: 39,
      ended_ms: 299,
    };
    expect(rows).toEqual([
      {
        ...common,
        attempt_no: 1,
        outcome: 'failed',
        error_class: 'server',
        error_code: 'overloaded',
        upstream_status: 529,
        input_tokens: null,
        output_tokens: null,
        cache_read_tokens: null,
        cache_write_tokens: null,
        losses: [],
      },
      {
        ...common,
        attempt_no: 2,
        outcome: 'answered',
        error_class: null,
        error_code: null,
        upstream_status: null,
        input_tokens: '100',
        output_tokens: '20',
        cache_read_tokens: '5',
        cache_write_tokens: '0',
        losses: ['top_k_dropped'],
      },
    ]);
  });

  it('counts a batch once that comes again, to two workers at once, or under another id', async () => {
    const fifty = records(50);
    const batch = usageBatch('b.0', fifty);
    await Promise.all([store, other, store, other].map((each) => each.write(batch)));
    await other.write({ ...batch, batchId: 'again.0' });
    await store.write(usageBatch('mixed.0', [...fifty.slice(0, 10), ...records(5)]));
    expect(await one('select count(*)::int as n from usage_records')).toEqual({ n: 55 });
    expect(await one('select sum(calls)::int as n from usage_quarters')).toEqual({ n: 55 });
    expect(await differences()).toEqual([]);
    const { rows } = await database.query('select batch_id, inserted from usage_batches order by 1');
    expect(rows).toEqual([
      { batch_id: 'again.0', inserted: 0 },
      { batch_id: 'b.0', inserted: 50 },
      { batch_id: 'mixed.0', inserted: 5 },
    ]);
  });

  it('adds up many overlapping batches of two workers without a deadlock that shows', async () => {
    const keys = (index: number) => ({ keyId: index % 7, userId: index % 3, targetModel: `m${index % 5}` });
    const batches = Array.from({ length: 20 }, (_, index) =>
      usageBatch(
        `b.${index}`,
        records(40, (each) => keys(index + each)),
      ),
    );
    await Promise.all(batches.map((batch, index) => (index % 2 === 0 ? store : other).write(batch)));
    expect(await one('select sum(calls)::int as n from usage_daily')).toEqual({ n: 800 });
    expect(await differences()).toEqual([]);
  });

  it('sets a record aside that it cannot take, and counts the others', async () => {
    const bad = callRecord({ requestId: 'no-uuid' });
    const worse = callRecord({ requestedModel: 'nul\0' });
    await store.write(usageBatch('b.0', [callRecord(), bad, worse, callRecord()]));
    expect(await one('select count(*)::int as n from usage_records')).toEqual({ n: 2 });
    expect(await one('select count(*)::int as n from usage_dead_letters')).toEqual({ n: 2 });
    expect(await differences()).toEqual([]);
  });

  it('puts a call into the hour and day of its own time, not of its arrival', async () => {
    const earlier = '019a0000-0000-7000-8000-00000000000';
    await store.write(usageBatch('b.0', [callRecord({ requestId: `${earlier}1` }), callRecord()]));
    expect(await one('select count(*)::int as n from usage_caller_hours')).toEqual({ n: 2 });
    expect(await one('select min(day)::text as day from usage_daily')).toEqual({
      day: new Date(Number.parseInt('019a00000000', 16)).toISOString().slice(0, 10),
    });
    expect(await differences()).toEqual([]);
  });

  it('compares roll-ups only with times whose records are kept', async () => {
    await store.write(
      usageBatch('b.0', [callRecord({ requestId: '019a0000-0000-7000-8000-000000000001' }), callRecord()]),
    );
    await database.query(`delete from usage_records where called_at < now() - interval '1 day'`);
    expect(await differences()).not.toEqual([]);
    await database.query(
      `insert into settings (key, value)
       values ($1, to_jsonb((date_trunc('day', now() at time zone 'UTC') at time zone 'UTC')::text))`,
      [RECORDS_KEPT_SINCE],
    );
    expect(await differences()).toEqual([]);
    await database.query('delete from settings where key = $1', [RECORDS_KEPT_SINCE]);
  });

  it('are compared with the journal, too', async () => {
    const { dataDir } = testEnvironment(database.url);
    const directory = `${dataDir}/usage/journal/gone/adopted-i`;
    await mkdir(directory, { recursive: true });
    const [counted, waiting, lost] = [callRecord(), callRecord(), callRecord()];
    const segment = (name: string, each: CallRecord) =>
      writeFile(`${directory}/${name}.log`, journalLine(each));
    await Promise.all([segment('1', counted), segment('2', waiting), segment('3', lost)]);
    await store.write(usageBatch('i.1.0', [counted]));
    await store.write(usageBatch('i.3.0', []));
    const audit = await verifyUsage(dataDir, (sql, values) => database.query(sql, [...(values ?? [])]));
    expect(audit).toEqual({
      records: 1,
      deadLetters: 0,
      journalRecords: 3,
      waiting: 1,
      missing: [lost.requestId],
      damagedSegments: [],
      differences: [],
    });
  });

  it('tells where roll-ups and records differ', async () => {
    await store.write(usageBatch('b.0', records(3)));
    await database.query('update usage_daily set input_tokens = input_tokens + 1');
    await database.query('delete from usage_target_hours');
    const found = await differences();
    expect(found.map(({ table }) => table).sort()).toEqual(['usage_daily', 'usage_target_hours']);
    expect(found.find(({ table }) => table === 'usage_daily')).toMatchObject({
      column: 'input_tokens',
      expected: '300',
      found: '301',
    });
  });

  it('has a place for a record of every id a UUIDv7 can be', async () => {
    const ids = ['00000000-0000-7000-8000-000000000000', randomUUIDv7()];
    await store.write(
      usageBatch(
        'b.0',
        ids.map((requestId) => callRecord({ requestId })),
      ),
    );
    expect(await one('select count(*)::int as n from usage_records')).toEqual({ n: 2 });
  });
});
