import { getQueueToken } from '@nestjs/bullmq';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { LastUsedMarks, type LastUsedJob } from '../../src/api-keys/last-used-marks.js';
import { JobSchedules } from '../../src/queue/job-schedules.js';
import { QUEUES } from '../../src/queue/queues.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { WorkerJobsModule } from '../../src/worker-jobs.module.js';
import { eventually } from '../support/eventually.js';
import { takeDatabaseAway } from '../support/outage.js';
import { describeIf, pathOf } from '../support/requirements.js';
import { startRedisServer, type RedisServer } from '../support/redis-server.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const SECRETS = {
  ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
  JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
};

const suiteOn = (backend: 'PostgreSQL' | 'Redis') => (): void => {
  let database: TestDatabase;
  let redis: RedisServer | null = null;
  let key: string;
  const opened: Rooms[] = [];

  const start = async (withWorker: boolean): Promise<Rooms> => {
    const variables = { ...SECRETS, ...(redis === null ? {} : { REDIS_URL: redis.url }) };
    const modules = withWorker ? [WorkerJobsModule] : [];
    const rooms = await startRooms(testEnvironment(database.url, variables), { modules });
    opened.push(rooms);
    return rooms;
  };
  const close = async (rooms: Rooms) => {
    opened.splice(opened.indexOf(rooms), 1);
    await rooms.close();
  };
  const use = (rooms: Rooms) => rooms.ask('GET', '/v1/who', { headers: { 'x-api-key': key } });
  const lastUsed = async () => {
    const { rows } = await database.query('select last_used_at from api_keys where id = 1');
    return (rows as { last_used_at: Date | null }[])[0]?.last_used_at ?? null;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    if (backend === 'Redis') redis = await startRedisServer(pathOf('redis'));
    const rooms = await start(false);
    const first = await rooms.app.get(FirstStartService).run();
    key = first?.apiKey?.reveal() ?? '';
    await close(rooms);
  }, 20_000);
  afterAll(async () => {
    for (const rooms of [...opened]) await close(rooms);
    await redis?.stop();
    await database.drop();
  });

  it('lives there and nowhere else', async () => {
    const { rows } = await database.query(
      `select 1 from information_schema.schemata where schema_name = 'bullmq'`,
    );
    expect(rows).toHaveLength(backend === 'PostgreSQL' ? 1 : 0);
  });

  it('carries when a key was last used to the worker of the same process', async () => {
    const rooms = await start(true);
    const before = Date.now();
    await use(rooms);
    expect(await lastUsed()).toBeNull();
    await rooms.app.get(LastUsedMarks).flush();
    await eventually(async () => expect((await lastUsed())?.getTime()).toBeGreaterThanOrEqual(before));
    await close(rooms);
  });

  it('keeps what was handed over at shutdown for a worker that comes later', async () => {
    const rooms = await start(false);
    const before = Date.now();
    await use(rooms);
    await close(rooms);
    expect((await lastUsed())?.getTime()).toBeLessThan(before);
    const worker = await start(true);
    await eventually(async () => expect((await lastUsed())?.getTime()).toBeGreaterThanOrEqual(before));
    await close(worker);
  });

  it('may deliver late or twice: the latest use counts', async () => {
    const rooms = await start(true);
    const queue = rooms.app.get<Queue<LastUsedJob>>(getQueueToken(QUEUES.apiKeyLastUsed), {
      strict: false,
    });
    const late = Date.UTC(2040, 0, 1);
    const uses = [late, Date.UTC(2020, 0, 1), late].map((usedAtMs) => ({ keyId: 1, usedAtMs }));
    await queue.addBulk(
      uses.map((one) => ({ name: 'mark', data: { uses: [one, { keyId: 999_999, usedAtMs: late }] } })),
    );
    await eventually(async () => expect((await lastUsed())?.getTime()).toBe(late));
    await eventually(async () => expect(await queue.getJobCountByTypes('wait', 'active')).toBe(0));
    expect((await lastUsed())?.getTime()).toBe(late);
    await close(rooms);
  });

  it('keeps what it could not hand over while the database was away, and its worker goes on afterwards', async () => {
    const rooms = await start(true);
    await database.query('update api_keys set last_used_at = null');
    await use(rooms);
    const outage = await takeDatabaseAway(database.url);
    await rooms.app.get(LastUsedMarks).flush();
    await sleep(1_000);
    await outage.bringBack();
    await eventually(async () => {
      await rooms.app.get(LastUsedMarks).flush();
      expect(await lastUsed()).not.toBeNull();
    }, 20_000);
    await close(rooms);
  });

  it('wakes an idle worker at once', async () => {
    const rooms = await start(true);
    await database.query('update api_keys set last_used_at = null');
    await sleep(500);
    await use(rooms);
    await rooms.app.get(LastUsedMarks).flush();
    const tookMs = await eventually(async () => expect(await lastUsed()).not.toBeNull());
    // It would look by itself once a minute.
    expect(tookMs).toBeLessThan(5_000);
    await close(rooms);
  });
};

describeIf('redis', 'the schedule of a job', () => {
  it('is put back when Redis has forgotten it, and left alone while it is there', async () => {
    const database = await createTestDatabase();
    const redis = await startRedisServer(pathOf('redis'));
    const variables = { ...SECRETS, REDIS_URL: redis.url };
    const rooms = await startRooms(testEnvironment(database.url, variables), { modules: [] });
    try {
      const queue = rooms.app.get<Queue>(getQueueToken(QUEUES.retention), { strict: false });
      const hour = 3_600_000;
      let arranged = 0;
      const firstAt = (): Date => new Date(Date.now() + hour + arranged++);
      const schedule = { id: 'test', every: hour, firstAt, job: { name: 'nothing' } };
      rooms.app.get(JobSchedules).keep(queue, schedule, 50);
      await eventually(async () => expect(await queue.getDelayedCount()).toBe(1));
      await sleep(300);
      expect(arranged).toBe(1);
      await redis.flush();
      await eventually(async () => expect(await queue.getDelayedCount()).toBe(1));
      expect(arranged).toBe(2);
    } finally {
      await rooms.close();
      await redis.stop();
      await database.drop();
    }
  });
});

describe('the queue on PostgreSQL', suiteOn('PostgreSQL'));
describeIf('redis', 'the queue on Redis', suiteOn('Redis'));
