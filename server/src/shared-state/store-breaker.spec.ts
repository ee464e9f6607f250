import { describe, expect, it } from '@jest/globals';
import { StoreBreaker } from './store-breaker.js';

const fail = (breaker: StoreBreaker, times: number, nowMs = 0): void => {
  for (let each = 0; each < times; each += 1) breaker.failed(nowMs);
};

describe('a store that fails', () => {
  it('is asked on until the fifth failure in a row', () => {
    const breaker = new StoreBreaker();
    fail(breaker, 4);
    breaker.succeeded();
    fail(breaker, 4);
    expect(breaker.mayAsk(0)).toBe(true);
    fail(breaker, 1);
    expect(breaker.mayAsk(1)).toBe(false);
  });

  it('is asked by one after two seconds, by all when that one had an answer', () => {
    const breaker = new StoreBreaker();
    fail(breaker, 5);
    expect([breaker.mayAsk(1_999), breaker.mayAsk(2_000), breaker.mayAsk(2_000)]).toEqual([
      false,
      true,
      false,
    ]);
    breaker.succeeded();
    expect([breaker.mayAsk(2_001), breaker.mayAsk(2_001)]).toEqual([true, true]);
  });

  it('is left alone twice as long each time, at most half a minute', () => {
    const breaker = new StoreBreaker();
    fail(breaker, 5);
    let now = 0;
    const pauses: number[] = [];
    for (let probe = 0; probe < 7; probe += 1) {
      const since = now;
      while (!breaker.mayAsk(now)) now += 500;
      pauses.push(now - since);
      breaker.failed(now);
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('does not stay away longer for calls that were under way when it opened', () => {
    const breaker = new StoreBreaker();
    fail(breaker, 50);
    expect(breaker.mayAsk(2_000)).toBe(true);
  });
});
