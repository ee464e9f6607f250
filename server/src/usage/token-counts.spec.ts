import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_TOKENS, NO_TOKENS, validateUsage } from './token-counts.js';

describe('usage of a provider', () => {
  it('is taken over kind by kind', () => {
    const usage = {
      input_tokens: 5,
      output_tokens: 7,
      cache_read_input_tokens: 11,
      cache_creation_input_tokens: 13,
    };
    expect(validateUsage(usage)).toEqual({
      tokens: { inputTokens: 5, outputTokens: 7, cacheReadTokens: 11, cacheWriteTokens: 13 },
      anomalous: false,
    });
    expect(validateUsage(null)).toEqual({ tokens: NO_TOKENS, anomalous: false });
  });

  it.each([-1, 1e308, NaN, Infinity, 1.5, '12', {}, MAX_TOKENS + 1])('is anomalous at %p, and 0', (value) => {
    expect(validateUsage({ input_tokens: 3, output_tokens: value })).toEqual({
      tokens: { ...NO_TOKENS, inputTokens: 3 },
      anomalous: true,
    });
  });

  it('is never negative, never NaN, never above the cap, whatever came', () => {
    fc.assert(
      fc.property(fc.anything(), fc.double(), fc.integer(), (anything, double, integer) => {
        const { tokens } = validateUsage({
          input_tokens: anything,
          output_tokens: double,
          cache_read_input_tokens: integer,
        });
        for (const count of Object.values(tokens)) {
          expect(Number.isInteger(count) && count >= 0 && count <= MAX_TOKENS).toBe(true);
        }
      }),
    );
  });
});
