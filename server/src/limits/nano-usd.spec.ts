import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nanoToUsd, nanoUsdText, usdToNano } from './nano-usd.js';

describe('money', () => {
  it.each<[number, bigint, string]>([
    [0, 0n, '0'],
    [0.1, 100_000_000n, '0.1'],
    [0.000000001, 1n, '0.000000001'],
    [12.5, 12_500_000_000n, '12.5'],
    [1_000_000, 1_000_000_000_000_000n, '1000000'],
  ])('%d USD are %d nano-USD', (usd, nano, text) => {
    expect([usdToNano(usd), nanoToUsd(nano), nanoUsdText(nano)]).toEqual([nano, usd, text]);
  });

  it('shows what is overspent with its sign', () => {
    expect(nanoUsdText(-1_500_000_000n)).toBe('-1.5');
  });

  it('survives the way there and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1_000_000_000_000_000n }), (nano) => {
        expect(usdToNano(nanoToUsd(nano))).toBe(nano);
      }),
    );
  });
});
