import { getQueueToken } from '@nestjs/bullmq';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Queue } from 'bullmq';
import { QUEUES } from '../../src/queue/queues.js';
import { WorkerJobsModule } from '../../src/worker-jobs.module.js';
import { eventually } from '../support/eventually.js';
import { describeIf, pathOf } from '../support/requirements.js';
import { startRedisServer, type RedisServer } from '../support/redis-server.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

/** What the start itself wrote is there as well. */
const OLD_CHANGES = `config_changes where at < now() - interval '400 days'`;

const suiteOn = (backend: 'PostgreSQL' | 'Redis') => (): void => {
  let database: TestDatabase;
  let redis: RedisServer | null = null;
  const workers: Rooms[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    if (backend === 'Redis') redis = await startRedisServer(pathOf('redis'));
    // The tables, before there is a worker.
    await (await startRooms(environment())).close();
  });
  afterAll(async () => {
    for (const each of workers) await each.close();
    await redis?.stop();
    await database.drop();
  });

  const environment = () =>
    testEnvironment(database.url, {
      ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
    });

  it('is enforced once an hour, however many workers there are', async () => {
    await database.query(`insert into users (email) values ('ann@example.com')`);
    await database.query(
      `insert into conversations (user_id, title, model, api_format, deleted_at)
       select id, 'old', 'm', 'openai', now() - interval '31 days' from users`,
    );
    await database.query(
      `insert into captures (request_id, user_id, bodies, captured_at)
       select gen_random_uuid(), id, 'sealed', now() - interval '8 days' from users`,
    );
    await database.query(
      `insert into config_changes (source, area, act, at) values ('file', 'config', 'update', now() - interval '401 days')`,
    );
    await database.query(
      `select ensure_usage_month('2020-01-01');
       insert into usage_quarters (since, provider, model, tier, user_id, key_id, status, calls, attempts, input_tokens,
         output_tokens, cache_read_tokens, cache_write_tokens, estimated_calls, cost_nano_usd, unpriced_calls,
         first_event_ms, first_event_calls, duration_ms)
       values ('2020-01-01', '', '', '', 1, 0, 'success', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`,
    );
    for (let count = 0; count < 2; count += 1) {
      workers.push(await startRooms(environment(), { modules: [WorkerJobsModule] }));
    }
    await eventually(async () => {
      for (const table of ['conversations', 'captures', OLD_CHANGES, 'usage_quarters']) {
        const { rows } = await database.query(`select count(*)::integer as left from ${table}`);
        expect([table, rows]).toEqual([table, [{ left: 0 }]]);
      }
    }, 30_000);
    const queue = workers[0]?.app.get<Queue>(getQueueToken(QUEUES.retention), { strict: false });
    expect(await queue?.getJobSchedulersCount()).toBe(1);
  });
};

describe('retention, with queues on PostgreSQL', suiteOn('PostgreSQL'));
describeIf('redis', 'retention, with queues on Redis', suiteOn('Redis'));
