import { describe, expect, it } from '@jest/globals';
import { LATENCY_BOUNDS_MS, latencyPercentileMs, TrafficCount } from './traffic-count.js';

describe('the count of attempts at a provider', () => {
  it('tells what came since it was last asked', () => {
    const count = new TrafficCount();
    expect(count.take()).toBeNull();
    count.answeredAfter(120);
    count.attempted(false);
    count.answeredAfter(90_000);
    count.attempted(false);
    count.attempted(true);
    const traffic = count.take();
    expect(traffic).toMatchObject({ attempts: 3, failures: 1 });
    expect(traffic?.latencyCounts).toHaveLength(LATENCY_BOUNDS_MS.length + 1);
    expect([traffic?.latencyCounts[2], traffic?.latencyCounts.at(-1)]).toEqual([1, 1]);
    expect(count.take()).toBeNull();
  });

  it('gives percentiles that are right within their class', () => {
    const count = new TrafficCount();
    for (let ms = 1; ms <= 1_000; ms++) {
      count.answeredAfter(ms);
      count.attempted(false);
    }
    const counts = count.take()?.latencyCounts ?? [];
    for (const share of [0.01, 0.5, 0.95, 1]) {
      expect(Math.abs((latencyPercentileMs(counts, share) ?? 0) - share * 1_000)).toBeLessThanOrEqual(2);
    }
    expect(latencyPercentileMs([], 0.5)).toBeNull();
    expect(latencyPercentileMs([...new Array<number>(19).fill(0), 3], 0.5)).toBe(60_000);
  });
});
