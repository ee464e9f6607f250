import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RetryBudget } from './retry-budget.js';

describe('the retry budget of a provider', () => {
  it('lets a lone caller retry, but not without end', () => {
    const budget = new RetryBudget();
    budget.called(0);
    expect([1, 2, 3, 4].map(() => budget.tryRetry(0))).toEqual([true, true, true, false]);
    expect(budget.tryRetry(11_000)).toBe(true);
  });

  it('lets one in five calls be retried when there are many', () => {
    const budget = new RetryBudget();
    let retries = 0;
    for (let i = 0; i < 1_000; i++) {
      budget.called(i);
      if (budget.tryRetry(i)) retries++;
    }
    expect(retries).toBe(200);
  });

  it('keeps the amplification at 1.2 whatever the rhythm of calls that all fail', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 200, maxLength: 600 });
    fc.assert(
      fc.property(gaps, (gapsMs) => {
        const budget = new RetryBudget();
        let now = 0;
        let retries = 0;
        for (const gap of gapsMs) {
          now += gap;
          budget.called(now);
          // Every failed call asks for two more attempts.
          for (let i = 0; i < 2; i++) if (budget.tryRetry(now + gap)) retries++;
        }
        expect(1 + retries / gapsMs.length).toBeLessThanOrEqual(1.2 + 3 / gapsMs.length);
      }),
      { numRuns: 300 },
    );
  });
});
