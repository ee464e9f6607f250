import { describe, expect, it } from '@jest/globals';
import { mannWhitneyP } from './mann-whitney.js';

const range = (from: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, index) => from + index * step);

describe('the Mann-Whitney test', () => {
  it.each<[string, number[], number[], number, number]>([
    // scipy.stats.mannwhitneyu(a, b, method='asymptotic')
    ['interleaved samples', range(0, 30, 2), range(1, 30, 2), 0.82, 0.84],
    ['shifted samples', range(0, 30), range(15, 30), 5e-7, 7e-7],
    ['the same value throughout', range(5, 20, 0), range(5, 20, 0), 1, 1],
    ['disjoint samples', range(0, 30), range(100, 30), 0, 1e-9],
  ])('%s', (_, one, other, low, high) => {
    const p = mannWhitneyP(one, other);
    expect(p).toBeGreaterThanOrEqual(low);
    expect(p).toBeLessThanOrEqual(high);
    expect(mannWhitneyP(other, one)).toBeCloseTo(p, 10);
  });
});
