import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Secret } from '../../src/config/secret.js';
import { migrate } from '../../src/database/migrate.js';
import type { ProviderCheck, ReportedCondition, StoredEvent } from '../../src/health/health-records.js';
import { HealthRetention } from '../../src/health/health-retention.repository.js';
import { HealthStore } from '../../src/health/health-store.repository.js';
import type { ConditionChange } from '../../src/resilience/provider-condition.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

const NOON = new Date('2026-11-25T12:00:00Z');
const after = (seconds: number): Date => new Date(NOON.getTime() + 1000 * seconds);

describe('the history of providers', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: HealthStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(new Secret(database.url));
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    store = new HealthStore(dataSource);
  }, 60_000);
  beforeEach(async () => {
    await dataSource.query(
      'truncate health_checks, health_events, health_traffic, health_replicas, health_alerts',
    );
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const attempts = (providerId: number, count: number, failures: number, latencyCounts: number[]) => ({
    providerId,
    provider: `p${providerId}`,
    dialect: 'openai' as const,
    attempts: count,
    failures,
    latencyCounts,
  });
  const event = (kind: ConditionChange, replica: string, seconds: number): StoredEvent => ({
    kind,
    providerId: 1,
    provider: 'p1',
    dialect: 'openai',
    at: after(seconds),
    reason: null,
    replica,
  });
  const condition = (breaker: ReportedCondition['breaker']): ReportedCondition => ({
    breaker,
    since: null,
    retryAt: null,
    cooldowns: [],
    lastFailure: null,
  });
  const check = (id: number, seconds: number, healthy: boolean): ProviderCheck => ({
    provider: { id, name: `p${id}`, dialect: 'openai' },
    checkedAt: after(seconds),
    trigger: 'manual',
    healthy,
    responseMs: 12,
    error: null,
    costNanoUsd: 5n,
    tiers: [],
  });

  it('sums up the attempts of all replicas, by piece of time and provider', async () => {
    await store.addTraffic([attempts(1, 3, 1, [1, 2]), attempts(2, 1, 1, [0, 0])], after(10));
    await store.addTraffic([attempts(1, 2, 0, [2, 0])], after(20));
    await store.addTraffic([attempts(1, 1, 0, [0, 1])], after(310));
    const fine = await store.traffic({ from: NOON }, 300);
    expect(
      fine.map(({ at, providerId, ...sums }) => [at, providerId, sums.attempts, sums.latencyCounts]),
    ).toEqual([
      [NOON, 1, 5, [3, 2]],
      [NOON, 2, 1, [0, 0]],
      [after(300), 1, 1, [0, 1]],
    ]);
    const [coarse, ...others] = await store.traffic({ from: NOON, name: 'p1', dialect: 'openai' }, 600);
    expect(coarse).toMatchObject({ attempts: 6, failures: 1, latencyCounts: [3, 3] });
    expect(others).toEqual([]);
    expect(await store.traffic({ from: NOON, name: 'p1', dialect: 'anthropic' }, 600)).toEqual([]);
  });

  it('tells of a change once, whichever replica sees it, and of a recovery when the last one has it', async () => {
    const tell = (...args: Parameters<typeof event>): Promise<boolean> =>
      store.saveEvent(event(...args), after(-30));
    expect([await tell('opened', 'a', 0), await tell('opened', 'b', 1)]).toEqual([true, false]);
    await store.report({ replica: 'b', conditions: { '1': condition('open') } }, after(2));
    expect(await tell('recovered', 'a', 3)).toBe(false);
    await store.report({ replica: 'b', conditions: { '1': condition('slow_start') } }, after(4));
    expect([await tell('recovered', 'b', 5), await tell('recovered', 'b', 6)]).toEqual([true, false]);
    expect(await tell('opened', 'a', 7)).toBe(true);
    expect((await store.events({ from: NOON })).map(({ kind, replica }) => `${replica} ${kind}`)).toEqual([
      'a opened',
      'b recovered',
      'b recovered',
      'a recovered',
      'b opened',
      'a opened',
    ]);
  });

  it('does not wait with a recovery for a replica that is gone', async () => {
    await store.report({ replica: 'dead', conditions: { '1': condition('open') } }, after(-60));
    await store.saveEvent(event('opened', 'a', 0), after(-30));
    expect(await store.saveEvent(event('recovered', 'a', 1), after(-30))).toBe(true);
    expect(await store.reports(after(-30))).toEqual([]);
  });

  it('knows the latest check of each provider, and lets go of what is old', async () => {
    for (const each of [check(1, 0, true), check(1, 60, false), check(2, 30, true)])
      await store.saveCheck(each);
    const latest = await store.latestChecks([1, 2, 3]);
    expect(latest.map(({ provider, healthy }) => [provider.id, healthy])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(latest[0]).toEqual(check(1, 60, false));
    const old = { ...check(3, 0, true), checkedAt: new Date(Date.now() - 31 * 86_400_000) };
    await store.saveCheck(old);
    expect(await new HealthRetention(dataSource, testEnvironment(database.url)).enforce()).toBeGreaterThan(0);
    expect(await store.latestChecks([3])).toEqual([]);
  });

  it('reads a month of twenty providers within a second', async () => {
    await dataSource.query(
      `insert into health_traffic
         select $1::timestamptz + make_interval(secs => 300 * n), p, 'p' || p, 'openai', 10, 1, array_fill(1, array[20])
           from generate_series(0, 8639) n, generate_series(1, 20) p`,
      [NOON],
    );
    const startedAt = performance.now();
    const buckets = await store.traffic({ from: NOON }, 28_800);
    // A busy machine may take several times as long; a plan without bound takes minutes.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(buckets).toHaveLength(90 * 20);
  }, 60_000);
});
