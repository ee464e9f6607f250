import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CircuitBreaker, type BreakerTicket } from './circuit-breaker.js';

const SETTINGS = { failureThreshold: 5, recoveryTimeoutMs: 10_000 };
const MAX_OPEN_MS = 300_000 * 1.2;

const breakerWith = (random: () => number = () => 0.5): CircuitBreaker => new CircuitBreaker(random);

/** Fails so often that it opens. */
const opened = (breaker: CircuitBreaker, now = 1_000): CircuitBreaker => {
  for (let i = 0; i < 5; i++) breaker.failed(breaker.begin(now), SETTINGS, now);
  return breaker;
};

describe('a circuit breaker', () => {
  it('opens after so many failures in a row, and a success in between starts the count again', () => {
    const breaker = breakerWith();
    const fail = (): boolean => breaker.failed(breaker.begin(0), SETTINGS, 0);
    expect([fail(), fail(), fail(), fail()]).toEqual([false, false, false, false]);
    breaker.succeeded(breaker.begin(0), 0);
    expect([fail(), fail(), fail(), fail(), fail()]).toEqual([false, false, false, false, true]);
    expect(breaker.state(0)).toBe('open');
  });

  it('opens when half of at least ten calls in 30 s fail, however they alternate', () => {
    const breaker = breakerWith();
    for (let i = 0; i < 9; i++) {
      const ticket = breaker.begin(i);
      if (i % 2 === 0) breaker.failed(ticket, SETTINGS, i);
      else breaker.succeeded(ticket, i);
    }
    expect(breaker.state(9)).toBe('closed');
    expect(breaker.failed(breaker.begin(9), SETTINGS, 9)).toBe(true);
  });

  it('forgets failures that are older than the window', () => {
    const breaker = breakerWith();
    const manyInARow = { ...SETTINGS, failureThreshold: 1_000 };
    for (let i = 0; i < 9; i++) breaker.failed(breaker.begin(0), manyInARow, 0);
    for (let i = 0; i < 9; i++) breaker.succeeded(breaker.begin(31_000), 31_000);
    expect(breaker.failed(breaker.begin(31_000), manyInARow, 31_000)).toBe(false);
    expect(breaker.state(31_000)).toBe('closed');
  });

  it('lets one probe through when its time has come, and starts slowly after it', () => {
    const breaker = opened(breakerWith());
    expect(breaker.probeDue(10_999)).toBe(false);
    expect(breaker.probeDue(11_000)).toBe(true);
    const probe = breaker.begin(11_000);
    expect(probe.probe).toBe(true);
    expect(breaker.probeDue(11_000)).toBe(false);
    expect(breaker.begin(11_000).probe).toBe(false);
    expect(breaker.answered(probe, 12_000)).toBe(true);
    expect([12_000, 21_999, 22_000, 31_999, 32_000, 41_999, 42_000].map((at) => breaker.share(at))).toEqual([
      0.1, 0.1, 0.25, 0.25, 0.5, 0.5, 1,
    ]);
    expect(breaker.state(42_000)).toBe('closed');
  });

  it('stays open twice as long each time, up to five minutes, until it has closed for good', () => {
    const breaker = opened(breakerWith());
    const lengths: number[] = [];
    for (let i = 0; i < 7; i++) {
      const now = breaker.retryAt;
      breaker.failed(breaker.begin(now), SETTINGS, now);
      lengths.push(breaker.retryAt - now);
    }
    expect(lengths).toEqual([20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
    const now = breaker.retryAt;
    breaker.answered(breaker.begin(now), now);
    opened(breaker, now + 31_000);
    expect(breaker.retryAt - (now + 31_000)).toBe(10_000);
  });

  it('takes a late end of an earlier attempt for no evidence', () => {
    const breaker = breakerWith();
    const early = breaker.begin(0);
    opened(breaker);
    expect(breaker.succeeded(early, 1_500)).toBe(false);
    expect(breaker.state(1_500)).toBe('open');
  });

  it('closes by an attempt that had nowhere else to go, and is not opened further by one', () => {
    const breaker = opened(breakerWith());
    const due = breaker.retryAt;
    expect(breaker.failed(breaker.begin(2_000), SETTINGS, 2_000)).toBe(false);
    expect(breaker.retryAt).toBe(due);
    expect(breaker.answered(breaker.begin(2_000), 2_100)).toBe(true);
    expect(breaker.state(2_100)).toBe('slow_start');
  });

  it('probes again at once when a probe ended without a verdict', () => {
    const breaker = opened(breakerWith());
    const probe = breaker.begin(11_000);
    breaker.abandoned(probe, 11_500);
    expect(breaker.begin(11_500).probe).toBe(true);
  });

  it('in panic lets one call a second through', () => {
    const breaker = opened(breakerWith());
    const first = breaker.begin(1_500, true);
    expect(first.probe).toBe(true);
    expect(breaker.panicDue(1_600)).toBe(false);
    breaker.abandoned(first, 1_700);
    expect([breaker.panicDue(2_499), breaker.panicDue(2_500)]).toEqual([false, true]);
  });
});

/** What a model of its callers may do; numbers pick among the attempts that run. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), panic: fc.boolean() }),
    fc.record({
      kind: fc.constantFrom('succeed' as const, 'answer' as const, 'fail' as const, 'abandon' as const),
      which: fc.nat(1_000),
    }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 400_000 }) }),
  ),
  { maxLength: 200 },
);

describe('a circuit breaker under any sequence of events', () => {
  it('never has two probes at once, and never stays shut longer than five minutes and a fifth', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.double({ min: 0, max: 0.999, noNaN: true })), (events, randoms) => {
        let drawn = 0;
        const breaker = breakerWith(() => randoms[drawn++ % randoms.length] ?? 0);
        let now = 0;
        let running: BreakerTicket[] = [];
        for (const event of events) {
          if (event.kind === 'wait') now += event.ms;
          else if (event.kind === 'begin') running.push(breaker.begin(now, event.panic));
          else {
            const at = event.which % Math.max(1, running.length);
            const ticket = running[at];
            if (ticket === undefined) continue;
            if (event.kind === 'answer') {
              breaker.answered(ticket, now);
              continue;
            }
            running = running.filter((_, index) => index !== at);
            if (event.kind === 'succeed') breaker.succeeded(ticket, now);
            if (event.kind === 'fail') breaker.failed(ticket, SETTINGS, now);
            if (event.kind === 'abandon') breaker.abandoned(ticket, now);
          }
          expect(running.filter(({ probe }) => probe).length).toBeLessThanOrEqual(1);
          const share = breaker.share(now);
          expect(share > 0 && share <= 1).toBe(true);
          if (breaker.state(now) === 'open') {
            expect(breaker.retryAt - breaker.since).toBeLessThanOrEqual(MAX_OPEN_MS);
            expect(Number.isFinite(breaker.retryAt)).toBe(true);
          }
        }
        // Liveness: whatever happened, a provider that is well again is found out.
        for (const ticket of running) breaker.abandoned(ticket, now);
        now += MAX_OPEN_MS;
        breaker.succeeded(breaker.begin(now), now);
        expect(['closed', 'slow_start']).toContain(breaker.state(now));
        expect(breaker.state(now + 30_000)).toBe('closed');
      }),
      { numRuns: 500 },
    );
  });
});
