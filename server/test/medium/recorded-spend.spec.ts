import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUIDv7 } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { SpendAccount } from '../../src/limits/limit-store.js';
import { MemoryLimitStore } from '../../src/limits/memory-limit-store.js';
import { RecordedSpendRepository } from '../../src/limits/recorded-spend.repository.js';
import { SpendAccounts } from '../../src/limits/spend-accounts.js';
import { periodOf } from '../../src/limits/spend-period.js';
import { admissionRequest } from '../support/limits.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

describe('what was spent, by the database', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let recorded: RecordedSpendRepository;
  const now = Date.now();
  const today = periodOf('day', now);
  const month = periodOf('month', now);

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: 'correct horse battery' }));
    recorded = new RecordedSpendRepository(rooms.app.get(DataSource));
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const rollUp = (day: string, userId: number, keyId: number, model: string, nano: bigint) =>
    database.query(
      `insert into usage_daily values ($1, 'p', $2, 'big', $3, $4, 'success', 1, 1, 0, 0, 0, 0, 0, $5, 0, 0, 0, 0)`,
      [day, model, userId, keyId, nano.toString()],
    );
  const record = async (): Promise<string> => {
    const id = randomUUIDv7();
    await database.query(
      `insert into usage_records (request_id, called_at, user_id, requested_model, status, attempts, input_tokens,
         output_tokens, cache_read_tokens, cache_write_tokens, estimated, duration_ms, stream, record_version)
       values ($1, usage_time_of($1), 1, 'm', 'success', 1, 0, 0, 0, 0, false, 1, false, 1)`,
      [id],
    );
    return `req_${id}`;
  };
  const account = (kind: 'key' | 'user', id: number, period = today): SpendAccount => ({
    userId: 1,
    subject: { kind, id },
    period,
  });

  it('is the sum of a key, or of all keys of a user, in the day or month', async () => {
    await rollUp(today.label, 1, 7, 'a', 5_000_000_000n);
    await rollUp(today.label, 1, 7, 'b', 1n);
    await rollUp(today.label, 1, 8, 'a', 100n);
    await rollUp(today.label, 2, 9, 'a', 999n);
    await rollUp('2020-01-01', 1, 7, 'a', 77n);
    const accounts = [account('key', 7), account('user', 1), account('user', 1, month), account('key', 404)];
    const sums = await recorded.read(accounts.map((each) => ({ account: each, calls: [] })));
    expect(sums.map(({ base }) => base)).toEqual([5_000_000_001n, 5_000_000_101n, 5_000_000_101n, 0n]);
  });

  it('knows which calls are in it', async () => {
    const here = await record();
    const notYet = `req_${randomUUIDv7()}`;
    const [first, second] = await recorded.read([
      { account: account('key', 7), calls: [here, notYet] },
      { account: account('key', 8), calls: [] },
    ]);
    expect([first?.recorded, second?.recorded]).toEqual([[here], []]);
    expect(Math.abs((first?.asOfMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('is brought to the store for a call that needs it, however many wait', async () => {
    const store = new MemoryLimitStore(Date.now);
    let reads = 0;
    const counting = {
      read: (questions: Parameters<RecordedSpendRepository['read']>[0]) => {
        reads += 1;
        return recorded.read(questions);
      },
    };
    const accounts = new SpendAccounts(store, counting, Date.now);
    await Promise.all(Array.from({ length: 20 }, () => accounts.bring([account('key', 7)])));
    expect(reads).toBe(1);
    const told = store.admitNow(
      admissionRequest('req_x', { subjects: [{ budgetDayNanoUsd: 5_000_000_001n }] }),
    );
    expect(told).toMatchObject({ kind: 'refused', limit: 'budget_spent' });
  });
});
