import { describe, expect, it } from '@jest/globals';
import { TokenEstimates } from './token-estimates.js';

describe('token estimates', () => {
  it('start with 3.6 bytes per token and a factor of one', () => {
    const estimates = new TokenEstimates();
    expect(estimates.fromBytes('m', 36_000)).toBe(10_000);
    expect(estimates.fromBytes('m', 0)).toBe(1);
    expect(estimates.factorOf('m')).toBe(1);
  });

  it('take the first observation at its word, and then follow slowly', () => {
    const estimates = new TokenEstimates();
    estimates.learnFromBytes('m', 4000, 2000);
    expect(estimates.fromBytes('m', 4000)).toBe(2000);
    expect(estimates.fromBytes('other', 3600)).toBe(1000);
    for (let i = 0; i < 20; i++) estimates.learnFromBytes('m', 4000, 2000);
    estimates.learnFromBytes('m', 8000, 2000);
    expect(estimates.fromBytes('m', 4000)).toBeGreaterThan(1800);
    for (let i = 0; i < 100; i++) estimates.learnFromBytes('m', 8000, 2000);
    expect(estimates.fromBytes('m', 4000)).toBe(1000);
  });

  it('learn the ratio to our own tokenizer', () => {
    const estimates = new TokenEstimates();
    estimates.learnFactor('m', 1000, 1300);
    estimates.learnFactor('m', 1000, 1100);
    expect(estimates.factorOf('m')).toBeCloseTo(1.2);
  });

  it.each([
    [0, 0],
    [100, 0],
    [400, 100],
    [1_000_000, 1000],
    [1000, 1_000_000],
    [Number.NaN, 1000],
    [1000, Number.POSITIVE_INFINITY],
  ])('learn nothing from %d to %d', (amount, promptTokens) => {
    const estimates = new TokenEstimates();
    estimates.learnFromBytes('m', amount, promptTokens);
    estimates.learnFactor('m', amount, promptTokens);
    expect(estimates.fromBytes('m', 3600)).toBe(1000);
    expect(estimates.factorOf('m')).toBe(1);
  });

  it('forget the models that were used longest ago', () => {
    const estimates = new TokenEstimates(2);
    for (const model of ['a', 'b', 'a', 'c']) estimates.learnFromBytes(model, 2000, 1000);
    expect(['a', 'b', 'c'].map((model) => estimates.fromBytes(model, 3600))).toEqual([1800, 1000, 1800]);
  });
});
