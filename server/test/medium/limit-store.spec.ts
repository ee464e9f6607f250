import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { LIMIT_SCRIPTS } from '../../src/limits/limit-scripts.js';
import type { AdmissionOutcome, AdmissionRequest, LimitStore } from '../../src/limits/limit-store.js';
import { MemoryLimitStore } from '../../src/limits/memory-limit-store.js';
import { RedisLimitStore } from '../../src/limits/redis-limit-store.js';
import { HotRedis, StoreAwayError } from '../../src/shared-state/hot-redis.js';
import { eventually } from '../support/eventually.js';
import { accountsOf, admissionRequest, settlement, type CallOptions } from '../support/limits.js';
import { startRedisServer, type RedisServer } from '../support/redis-server.js';
import { describeIf, pathOf } from '../support/requirements.js';

jest.setTimeout(60_000);

const NO_LIMITS = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxConcurrency: null,
  budgetDayNanoUsd: null,
  budgetMonthNanoUsd: null,
};

describeIf('redis', 'limits that processes share through Redis', () => {
  let server: RedisServer;
  const open: HotRedis[] = [];
  let store: RedisLimitStore;
  let other: RedisLimitStore;

  /** A busy machine may need longer than a call may wait: tests of rules do not test the deadline. */
  const PATIENT_MS = 5_000;
  const process = async (name: string, timeoutMs = PATIENT_MS): Promise<RedisLimitStore> => {
    const redis = new HotRedis(server.url, LIMIT_SCRIPTS, timeoutMs, pino({ level: 'silent' }));
    open.push(redis);
    const made = new RedisLimitStore(redis, name, Date.now);
    await eventually(() => made.renew([]), 10_000);
    return made;
  };
  beforeAll(async () => {
    server = await startRedisServer(pathOf('redis'));
    store = await process('one');
    other = await process('two');
  });
  beforeEach(() => server.flush());
  afterAll(async () => {
    for (const redis of open) redis.close();
    await server.stop();
  });

  let calls = 0;
  const ask = async (
    where: LimitStore,
    options: CallOptions,
  ): Promise<{ request: AdmissionRequest; outcome: AdmissionOutcome }> => {
    const request = admissionRequest(`req_${++calls}`, options);
    return { request, outcome: await where.admit(request) };
  };
  const limitOf = (outcome: AdmissionOutcome): string =>
    outcome.kind === 'refused' ? outcome.limit : outcome.kind;
  const bring = async (where: LimitStore, request: AdmissionRequest, base: bigint): Promise<void> => {
    for (const account of accountsOf(request))
      await where.putRecorded({ account, base, recorded: [], asOfMs: Date.now() });
  };

  it('are the same as in memory, act for act', async () => {
    const limits = fc.record({
      requestsPerMinute: fc.option(fc.integer({ min: 1, max: 6 })),
      tokensPerMinute: fc.option(fc.integer({ min: 1, max: 300 })),
      maxConcurrency: fc.option(fc.integer({ min: 1, max: 4 })),
      budgetDayNanoUsd: fc.option(fc.bigInt({ min: 0n, max: 1_000_000_000_000_000n })),
      budgetMonthNanoUsd: fc.option(fc.bigInt({ min: 0n, max: 1_000_000_000_000_000n })),
    });
    const act = fc.record({
      kind: fc.constantFrom('call', 'call', 'call', 'end', 'end twice', 'recorded', 'renew'),
      tokens: fc.nat(150),
      reserve: fc.bigInt({ min: 0n, max: 300_000_000_000_000n }),
      cost: fc.bigInt({ min: 0n, max: 400_000_000_000_000n }),
      which: fc.nat(100),
    });
    await fc.assert(
      fc.asyncProperty(limits, limits, fc.array(act, { maxLength: 25 }), async (ofKey, ofUser, acts) => {
        await server.flush();
        const memory = new MemoryLimitStore(Date.now);
        const subjects = [
          { kind: 'key', ...ofKey },
          { kind: 'user', id: 1, ...ofUser },
        ] as const;
        const atMs = Date.now();
        const running: { request: AdmissionRequest; second: number }[] = [];
        let recordedAt = 0;
        for (const [index, { kind, tokens, reserve, cost, which }] of acts.entries()) {
          const chosen = running[which % Math.max(1, running.length)];
          if (kind === 'call') {
            const options = { subjects, tokens, reserve, atMost: reserve * 2n, atMs };
            const request = admissionRequest(`req_${index}`, options);
            const there = await store.admit(request);
            const here = memory.admitNow(request);
            expect(comparable(there)).toEqual(comparable(here));
            if (there.kind === 'admitted') running.push({ request, second: there.second });
          } else if (kind === 'recorded') {
            const probe = admissionRequest('probe', { subjects, atMs });
            for (const account of accountsOf(probe)) {
              const put = { account, base: cost, recorded: [`req_${which}`], asOfMs: ++recordedAt };
              await store.putRecorded(put);
              await memory.putRecorded(put);
            }
          } else if (chosen !== undefined && kind === 'renew') {
            await store.renew([chosen.request]);
            await memory.renew([chosen.request]);
          } else if (chosen !== undefined) {
            const told = settlement(chosen.request, { second: chosen.second, tokensDelta: which - 50, cost });
            for (let times = kind === 'end' ? 1 : 2; times > 0; times -= 1) {
              await store.settle([told]);
              memory.settleNow(told);
            }
            running.splice(running.indexOf(chosen), 1);
          }
        }
      }),
      {
        numRuns: 60,
        // Found: a subject without budgets, beside one that refuses, was told what its calls hold in memory only.
        examples: [
          [
            { ...NO_LIMITS, budgetMonthNanoUsd: 1n },
            NO_LIMITS,
            [
              { kind: 'recorded', tokens: 0, reserve: 0n, cost: 0n, which: 0 },
              { kind: 'call', tokens: 0, reserve: 1n, cost: 0n, which: 0 },
              { kind: 'call', tokens: 0, reserve: 0n, cost: 0n, which: 0 },
            ],
          ],
        ],
      },
    );
  });

  it('are one limit for two processes', async () => {
    const five = { subjects: [{ requestsPerMinute: 5, maxConcurrency: 4 }] };
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, each) => ask(each % 2 === 0 ? store : other, five)),
    );
    expect(outcomes.filter(({ outcome }) => outcome.kind === 'admitted')).toHaveLength(4);
    expect([store.replicas, other.replicas].at(-1)).toBe(2);
  });

  it('take the newer of two answers of the database, never the sum', async () => {
    const day = { subjects: [{ budgetDayNanoUsd: 100n }] };
    const { request, outcome } = await ask(store, day);
    expect(outcome.kind).toBe('spend_unknown');
    await Promise.all([bring(store, request, 60n), bring(other, request, 60n)]);
    const spent = async () => {
      const told = await ask(store, day);
      return told.outcome.kind === 'spend_unknown' ? null : told.outcome.standings[0]?.spent.day;
    };
    expect(await spent()).toBe(60n);
    const [account] = accountsOf(request);
    if (account === undefined) throw new Error('no account');
    await other.putRecorded({ account, base: 1n, recorded: [], asOfMs: 5 });
    expect(await spent()).toBe(60n);
  });

  it('forget an emptied Redis, ask anew, and get calls under way back from their processes', async () => {
    const limits = { subjects: [{ maxConcurrency: 1, budgetDayNanoUsd: 100n }], reserve: 10n };
    const before = await ask(store, limits);
    await bring(store, before.request, 0n);
    const running = await ask(store, limits);
    expect(running.outcome.kind).toBe('admitted');
    await server.flush();
    expect((await ask(other, limits)).outcome.kind).toBe('spend_unknown');
    await bring(other, running.request, 0n);
    await store.renew([running.request]);
    expect(limitOf((await ask(other, limits)).outcome)).toBe('concurrency');
  });

  it('get back what a process held that has died', async () => {
    const limits = { subjects: [{ maxConcurrency: 1, budgetDayNanoUsd: 100n }], reserve: 10n, atMost: 100n };
    await bring(store, (await ask(store, limits)).request, 0n);
    await ask(store, limits);
    expect(limitOf((await ask(other, limits)).outcome)).toBe('budget_busy');
    const client = new Redis(server.url);
    const [lease] = await client.keys('ccs:limits:*:l');
    const [call] = await client.zrange(lease ?? '', '0', '-1');
    // As if 30 seconds had passed without a word.
    await client.zadd(lease ?? '', 1, call ?? '');
    client.disconnect();
    const { outcome } = await ask(other, limits);
    expect(outcome).toMatchObject({ kind: 'admitted', standings: [{ concurrency: 1, reserved: 10n }] });
  });

  it('keep to their own names, made of numbers', async () => {
    await bring(store, (await ask(store, { subjects: [{ budgetDayNanoUsd: 9n }] })).request, 0n);
    const all = {
      requestsPerMinute: 9,
      tokensPerMinute: 9,
      maxConcurrency: 9,
      budgetDayNanoUsd: 9n,
      budgetMonthNanoUsd: 9n,
    };
    const { request } = await ask(store, { subjects: [all] });
    await bring(store, request, 0n);
    await ask(store, { subjects: [all] });
    const client = new Redis(server.url);
    const keys = await client.keys('*');
    const lives = await Promise.all(keys.map((key) => client.pttl(key)));
    client.disconnect();
    expect(keys.length).toBeGreaterThan(4);
    for (const key of keys) {
      expect(key).toMatch(/^ccs:limits:(replicas|\{\d+\}:(key|user):\d+:([rtlm]|s:\d{4}-\d\d(-\d\d)?))$/);
    }
    expect(Math.min(...lives)).toBeGreaterThan(0);
  });

  it('cost a call fifty milliseconds at most while Redis hangs, and soon nothing', async () => {
    const mine = await process('hung', 50);
    const one = admissionRequest('req_hung', { subjects: [{ requestsPerMinute: 1_000 }] });
    server.pause();
    const waits: number[] = [];
    try {
      for (let each = 0; each < 30; each += 1) {
        const startedAt = performance.now();
        await expect(mine.admit(one)).rejects.toBeInstanceOf(StoreAwayError);
        waits.push(performance.now() - startedAt);
      }
    } finally {
      server.resume();
    }
    // The first five wait for their deadline, the others for nobody.
    waits.sort((a, b) => a - b);
    expect(waits[20]).toBeLessThan(20);
    await eventually(() => mine.admit(one), 10_000);
  });

  it('are away at once when Redis is killed, and back when it is', async () => {
    const mine = await process('killed', 50);
    const one = admissionRequest('req_killed', { subjects: [{ requestsPerMinute: 1_000 }] });
    await eventually(() => mine.admit(one), 10_000);
    await server.kill();
    try {
      await expect(mine.admit(one)).rejects.toBeInstanceOf(StoreAwayError);
    } finally {
      await server.restart();
    }
    await eventually(() => mine.admit(one), 15_000);
  });

  it('are away when Redis refuses to write', async () => {
    const mine = await process('full');
    const client = new Redis(server.url);
    await client.config('SET', 'maxmemory', '1');
    try {
      const one = admissionRequest('req_full', { subjects: [{ requestsPerMinute: 1_000 }] });
      await expect(mine.admit(one)).rejects.toBeInstanceOf(StoreAwayError);
    } finally {
      await client.config('SET', 'maxmemory', '0');
      client.disconnect();
    }
  });
});

/** Without what the clock decides. */
function comparable(outcome: AdmissionOutcome): unknown {
  if (outcome.kind === 'spend_unknown') return outcome;
  const standings = outcome.standings.map(({ requests, tokens, concurrency, spent, reserved }) => ({
    requests,
    tokens,
    concurrency,
    spent,
    reserved,
  }));
  return outcome.kind === 'admitted'
    ? { kind: outcome.kind, standings }
    : { kind: outcome.kind, subject: outcome.subject, limit: outcome.limit, standings };
}
