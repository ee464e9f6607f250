import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { Secret } from '../../src/config/secret.js';
import { migrate } from '../../src/database/migrate.js';
import { PostgresChangeFeed } from '../../src/shared-state/postgres-change-feed.js';
import { eventually } from '../support/eventually.js';
import { breakConnections, takeDatabaseAway } from '../support/outage.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

describe('the change feed between two processes', () => {
  let database: TestDatabase;
  let writer: DataSource;
  let here: PostgresChangeFeed;
  let there: PostgresChangeFeed;
  let takenIn: number;

  beforeEach(async () => {
    database = await createTestDatabase();
    await migrate(new Secret(database.url));
    writer = await new DataSource({
      type: 'postgres',
      url: database.url,
      poolErrorHandler: () => undefined,
    }).initialize();
    const feed = () => new PostgresChangeFeed(testEnvironment(database.url), pino({ level: 'silent' }));
    [here, there] = [feed(), feed()];
    takenIn = 0;
    there.subscribe('providers', async () => {
      takenIn += 1;
    });
    await here.onApplicationBootstrap();
    await there.onApplicationBootstrap();
  });
  afterEach(async () => {
    await Promise.all([here.onApplicationShutdown(), there.onApplicationShutdown()]);
    await writer.destroy();
    await database.drop();
  });

  const publish = () => writer.transaction((transaction) => here.publish('providers', transaction));

  it('carries a change at once, not with the next look', async () => {
    expect(takenIn).toBe(1);
    const timesMs: number[] = [];
    for (let change = 1; change <= 5; change += 1) {
      await publish();
      timesMs.push(await eventually(() => expect(takenIn).toBe(1 + change)));
    }
    expect(Math.min(...timesMs)).toBeLessThan(250);
  });

  it('carries nothing of a transaction that was rolled back', async () => {
    const failing = writer.transaction(async (transaction) => {
      await here.publish('providers', transaction);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await sleep(1_300);
    expect(takenIn).toBe(1);
  });

  it('carries changes made while it was cut off', async () => {
    await breakConnections(database.url, 'cc-switch changes');
    await publish();
    await eventually(() => expect(takenIn).toBe(2), 2_500);
  });

  it('goes on after the database was away, and knows since when it knows', async () => {
    const outage = await takeDatabaseAway(database.url);
    await sleep(1_500);
    const confirmedAt = there.confirmedAtMs;
    expect(Date.now() - confirmedAt).toBeGreaterThan(400);
    await sleep(600);
    expect(there.confirmedAtMs).toBe(confirmedAt);
    await outage.bringBack();
    await publish();
    await eventually(() => expect(takenIn).toBe(2), 3_000);
    await eventually(() => expect(there.confirmedAtMs).toBeGreaterThan(confirmedAt));
  });

  it('offers a change again that could not be taken in', async () => {
    let attempts = 0;
    here.subscribe('principals', async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not now');
    });
    await eventually(() => expect(attempts).toBe(3));
    await sleep(1_200);
    expect(attempts).toBe(3);
  });

  it('has taken everything in when the writer has caught up, also while its connection is broken', async () => {
    let seen = 0;
    here.subscribe('principals', async () => {
      seen += 1;
    });
    await here.catchUp('principals');
    const before = seen;
    await writer.transaction((transaction) => here.publish('principals', transaction));
    await here.catchUp('principals');
    expect(seen).toBe(before + 1);
    await breakConnections(database.url, 'cc-switch changes');
    await writer.transaction((transaction) => here.publish('principals', transaction));
    await here.catchUp('principals');
    expect(seen).toBeGreaterThan(before + 1);
  });
});
