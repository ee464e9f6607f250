import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accountsOf, admissionRequest, settlement, type CallOptions } from '../../test/support/limits.js';
import type { AdmissionOutcome, AdmissionRequest } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';

const NOON = Date.UTC(2026, 10, 25, 12);

/** A store with a clock of its own, and what a call with some limits is told. */
class Bench {
  now = NOON;
  readonly store = new MemoryLimitStore(() => this.now);
  #calls = 0;

  ask(options: CallOptions): { request: AdmissionRequest; outcome: AdmissionOutcome } {
    const request = admissionRequest(`req_${++this.#calls}`, { ...options, atMs: this.now });
    return { request, outcome: this.store.admitNow(request) };
  }

  limit(options: CallOptions): string {
    const { outcome } = this.ask(options);
    return outcome.kind === 'refused' ? outcome.limit : outcome.kind;
  }

  async bring(request: AdmissionRequest, base = 0n, recorded: readonly string[] = []): Promise<void> {
    for (const account of accountsOf(request)) {
      await this.store.unrecorded(account);
      await this.store.putRecorded({ account, base, recorded, asOfMs: this.now });
    }
  }
}

describe('limits per minute', () => {
  it('let through as many as are allowed, and say when there is room again', () => {
    const bench = new Bench();
    const three = { subjects: [{ requestsPerMinute: 3 }] };
    expect([1, 2, 3].map(() => bench.limit(three))).toEqual(['admitted', 'admitted', 'admitted']);
    const { outcome } = bench.ask(three);
    expect(outcome).toMatchObject({ kind: 'refused', limit: 'requests', retryAfterMs: 61_000 });
    bench.now += 60_999;
    expect(bench.limit(three)).toBe('requests');
    bench.now += 1;
    expect(bench.limit(three)).toBe('admitted');
  });

  it('count expected tokens, and what was really used once that is known', () => {
    const bench = new Bench();
    const call = (tokens: number) => bench.ask({ subjects: [{ tokensPerMinute: 100 }], tokens });
    const first = call(90);
    expect(call(20).outcome).toMatchObject({ limit: 'tokens' });
    const second = Math.floor(bench.now / 1_000);
    bench.store.settleNow(settlement(first.request, { second, tokensDelta: -80 }));
    expect(call(90).outcome).toMatchObject({ kind: 'admitted', standings: [{ tokens: 100 }] });
  });

  it('let a call through that is larger than the limit when nothing else is in the minute', () => {
    const bench = new Bench();
    const huge = { subjects: [{ tokensPerMinute: 100 }], tokens: 5_000 };
    expect([bench.limit(huge), bench.limit(huge)]).toEqual(['admitted', 'tokens']);
  });

  it('take nothing from the key when its owner has no room', () => {
    const bench = new Bench();
    const both = {
      subjects: [{ requestsPerMinute: 10 }, { kind: 'user', id: 1, requestsPerMinute: 1 }],
    } as const;
    bench.ask(both);
    const { outcome } = bench.ask(both);
    expect(outcome).toMatchObject({
      kind: 'refused',
      subject: 1,
      standings: [{ requests: 1 }, { requests: 1 }],
    });
  });

  it('never let more through in any sixty seconds', () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(20_000), tokens: fc.integer({ min: 1, max: 50 }) }), {
      maxLength: 120,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const bench = new Bench();
        const passed: { atMs: number; tokens: number }[] = [];
        for (const { waitMs, tokens } of list) {
          bench.now += waitMs;
          const told = bench.limit({ subjects: [{ requestsPerMinute: 5, tokensPerMinute: 100 }], tokens });
          if (told === 'admitted') passed.push({ atMs: bench.now, tokens });
        }
        for (const { atMs } of passed) {
          const minute = passed.filter((call) => call.atMs >= atMs && call.atMs < atMs + 60_000);
          expect(minute.length).toBeLessThanOrEqual(5);
          expect(minute.reduce((sum, call) => sum + call.tokens, 0)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});

describe('calls at once', () => {
  it('are given back when they are over, and when their process has died', async () => {
    const bench = new Bench();
    const two = { subjects: [{ maxConcurrency: 2 }] };
    const first = bench.ask(two);
    const second = bench.ask(two);
    expect(bench.limit(two)).toBe('concurrency');
    bench.store.settleNow(settlement(first.request));
    const third = bench.ask(two);
    expect(third.outcome.kind).toBe('admitted');
    bench.now += 20_000;
    await bench.store.renew([third.request]);
    bench.now += 15_000;
    // The second one's process has said nothing for 35 seconds.
    expect([bench.limit(two), bench.limit(two)]).toEqual(['admitted', 'concurrency']);
    bench.store.settleNow(settlement(second.request));
    expect(bench.limit(two)).toBe('concurrency');
  });
});

describe('a budget', () => {
  const DAY = { subjects: [{ budgetDayNanoUsd: 100n }] };

  it('is asked of the database before the first call, once', async () => {
    const bench = new Bench();
    const { request, outcome } = bench.ask(DAY);
    expect(outcome.kind).toBe('spend_unknown');
    await bench.bring(request, 100n);
    expect(bench.limit(DAY)).toBe('budget_spent');
  });

  it('lets calls run side by side while it covers the most they can cost', async () => {
    const bench = new Bench();
    await bench.bring(bench.ask(DAY).request);
    const call = { ...DAY, reserve: 5n, atMost: 30n };
    // 0 + 5, 30 + 5, 60 + 5, 90 + 5; then 120 would be too much.
    expect([1, 2, 3, 4, 5].map(() => bench.limit(call))).toEqual([
      'admitted',
      'admitted',
      'admitted',
      'admitted',
      'budget_busy',
    ]);
  });

  it('lets one call at a time run while it does not, until nothing is left', async () => {
    const bench = new Bench();
    await bench.bring(bench.ask(DAY).request);
    const call = { ...DAY, reserve: 50n, atMost: 1_000n };
    for (let round = 0; round < 4; round += 1) {
      const { request, outcome } = bench.ask(call);
      expect([outcome.kind, bench.limit(call)]).toEqual(['admitted', 'budget_busy']);
      bench.store.settleNow(settlement(request, { cost: 30n }));
    }
    expect(bench.limit(call)).toBe('budget_spent');
  });

  it('begins anew with the day, and not for a month', async () => {
    const bench = new Bench();
    const both = { subjects: [{ budgetDayNanoUsd: 100n, budgetMonthNanoUsd: 150n }] };
    const first = bench.ask(both);
    await bench.bring(first.request);
    const { request } = bench.ask(both);
    bench.store.settleNow(settlement(request, { cost: 100n }));
    expect(bench.ask(both).outcome).toMatchObject({ limit: 'budget_spent', retryAfterMs: 12 * 3_600_000 });
    bench.now += 12 * 3_600_000;
    const next = bench.ask(both);
    expect(next.outcome.kind).toBe('spend_unknown');
    const [day] = accountsOf(next.request);
    if (day === undefined) throw new Error('no account');
    await bench.store.putRecorded({ account: day, base: 0n, recorded: [], asOfMs: bench.now });
    const again = bench.ask(both);
    expect(again.outcome.kind).toBe('admitted');
    bench.store.settleNow(settlement(again.request, { cost: 50n }));
    expect(bench.limit(both)).toBe('budget_spent');
  });

  it('counts a call once, however often it is told of, and whether the database has it yet or not', async () => {
    const bench = new Bench();
    await bench.bring(bench.ask(DAY).request);
    const { request } = bench.ask(DAY);
    const told = settlement(request, { cost: 40n });
    for (let times = 0; times < 3; times += 1) bench.store.settleNow(told);
    const spent = () => {
      const { request: probe, outcome } = bench.ask(DAY);
      bench.store.settleNow(settlement(probe));
      return outcome.kind === 'spend_unknown' ? null : outcome.standings[0]?.spent.day;
    };
    expect(spent()).toBe(40n);
    bench.now += 2_000;
    const [account] = accountsOf(request);
    if (account === undefined) throw new Error('no account');
    expect(await bench.store.unrecorded(account)).toEqual([request.callId]);
    await bench.store.putRecorded({ account, base: 40n, recorded: [request.callId], asOfMs: bench.now });
    expect(spent()).toBe(40n);
    // An older answer of the database comes late.
    await bench.store.putRecorded({ account, base: 0n, recorded: [], asOfMs: bench.now - 1 });
    expect(spent()).toBe(40n);
  });

  it('is overspent by less than one call costs, whatever calls do and in whatever order', async () => {
    const act = fc.record({
      kind: fc.constantFrom('call', 'call', 'end'),
      reserve: fc.bigInt({ min: 0n, max: 60n }),
      more: fc.bigInt({ min: 0n, max: 400n }),
      share: fc.bigInt({ min: 0n, max: 100n }),
      which: fc.nat(1_000),
    });
    const runs = fc.array(act, { minLength: 20, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(runs, fc.bigInt({ min: 1n, max: 2_000n }), async (acts, budget) => {
        const bench = new Bench();
        const limits = { subjects: [{ budgetDayNanoUsd: budget }] };
        await bench.bring(bench.ask(limits).request);
        const running: { request: AdmissionRequest; atMost: bigint }[] = [];
        let spent = 0n;
        let dearest = 0n;
        const end = (index: number, share: bigint): void => {
          const [call] = running.splice(index, 1);
          if (call === undefined) return;
          const cost = (call.atMost * share) / 100n;
          spent += cost;
          if (cost > dearest) dearest = cost;
          bench.store.settleNow(settlement(call.request, { cost }));
        };
        for (const { kind, reserve, more, share, which } of acts) {
          if (kind === 'end') {
            if (running.length > 0) end(which % running.length, share);
            continue;
          }
          const atMost = reserve + more;
          const { request, outcome } = bench.ask({ ...limits, reserve, atMost });
          if (outcome.kind === 'admitted') running.push({ request, atMost });
        }
        while (running.length > 0) end(0, 100n);
        expect(spent - budget).toBeLessThanOrEqual(dearest);
        const { outcome } = bench.ask(limits);
        expect(outcome).toMatchObject({ standings: [{ spent: { day: spent }, reserved: 0n }] });
      }),
    );
  });
});
