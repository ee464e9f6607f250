import { describe, expect, it } from '@jest/globals';
import { collectPrices, nanoUsd } from './internal/collect-prices.js';
import { SHIPPED_PRICES } from './internal/shipped-prices.js';
import { PriceTable, type Price } from './price-table.js';
import { NO_TOKENS } from './token-counts.js';

const price = (over: Partial<Price>): Price => ({
  provider: 'p',
  model: 'm',
  source: 'set',
  validFromMs: 0,
  input: nanoUsd(3),
  output: nanoUsd(15),
  cacheRead: nanoUsd(0.3),
  cacheWrite: nanoUsd(3.75),
  ...over,
});
const tokens = { inputTokens: 1_000, outputTokens: 200, cacheReadTokens: 50_000, cacheWriteTokens: 400 };
const cost = (prices: readonly Price[], at = 0, counts = tokens) =>
  new PriceTable(prices).costNanoUsd('p', 'm', counts, at);

describe('the price of a call', () => {
  it('is the sum of its four kinds of tokens, in whole nano-USD', () => {
    // 1000×3 + 200×15 + 50000×0.3 + 400×3.75 USD per million = 0.0225 USD
    expect(cost([price({})])).toBe(22_500_000n);
  });

  it('is rounded half up, never drifts and never overflows', () => {
    const cheap = price({ input: 37_500_000, output: 500_000 });
    expect(cost([cheap], 0, { ...NO_TOKENS, inputTokens: 1 })).toBe(38n);
    expect(cost([cheap], 0, { ...NO_TOKENS, outputTokens: 1 })).toBe(1n);
    expect(cost([price({})], 0, { ...NO_TOKENS, outputTokens: 1_000_000_000 })).toBe(15_000_000_000_000n);
  });

  it('is unknown, not nothing, where no price is known for a kind that was used', () => {
    expect(cost([])).toBeNull();
    expect(cost([price({ output: null })])).toBeNull();
    expect(cost([price({ output: null })], 0, { ...NO_TOKENS, inputTokens: 1_000 })).toBe(3_000_000n);
    expect(cost([price({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 })])).toBe(0n);
  });

  it('takes cached tokens for plain ones where a price says nothing of them', () => {
    const counts = { ...NO_TOKENS, cacheReadTokens: 1_000, cacheWriteTokens: 1_000 };
    expect(cost([price({ cacheRead: null, cacheWrite: null })], 0, counts)).toBe(6_000_000n);
  });

  it('is the one of its time', () => {
    const prices = [price({ validFromMs: 100, input: 1, output: 1 }), price({}), price({ validFromMs: 200 })];
    const table = new PriceTable(prices);
    expect([99, 100, 199, 200].map((at) => table.priceOf('p', 'm', at)?.input)).toEqual([
      nanoUsd(3),
      1,
      1,
      nanoUsd(3),
    ]);
  });

  it('is what was set, else what the file says, else the list price', () => {
    const layers = [price({ source: 'shipped' }), price({ source: 'file' }), price({ validFromMs: 100 })];
    const table = new PriceTable(layers);
    expect(table.priceOf('p', 'm', 50)?.source).toBe('file');
    expect(table.priceOf('p', 'm', 100)?.source).toBe('set');
    const nothing = { input: null, output: null, cacheRead: null, cacheWrite: null };
    const taken = new PriceTable([...layers, price({ validFromMs: 200, ...nothing })]);
    expect(taken.priceOf('p', 'm', 150)?.source).toBe('set');
    expect(taken.priceOf('p', 'm', 200)?.source).toBe('file');
  });
});

describe('list prices', () => {
  const provider = (baseUrl: string, ...models: string[]) => ({
    name: 'p',
    baseUrl,
    tiers: new Map([['big', models]]),
    prices: {},
  });

  it("hold for the vendor's own address, also for dated releases, and for nobody else", () => {
    const own = new PriceTable(
      collectPrices([provider('https://api.anthropic.com', 'claude-haiku-4-5-20251001')]),
    );
    expect(own.priceOf('p', 'claude-haiku-4-5-20251001', 0)).toMatchObject({
      input: nanoUsd(1),
      cacheWrite: nanoUsd(1.25),
      source: 'shipped',
    });
    const azure = new PriceTable(collectPrices([provider('https://x.openai.azure.com/openai', 'gpt-5')]));
    expect(azure.priceOf('p', 'gpt-5', 0)?.output).toBe(nanoUsd(10));
    expect(collectPrices([provider('https://reseller.example/v1', 'gpt-5')])).toEqual([]);
    expect(collectPrices([provider('http://api.openai.com.evil.example', 'gpt-5')])).toEqual([]);
  });

  it("give way to the provider's entry", () => {
    const entry = {
      ...provider('https://api.openai.com/v1', 'gpt-5'),
      prices: { 'gpt-5': { input: 1, output: 2 } },
    };
    const table = new PriceTable(collectPrices([entry]));
    expect(table.priceOf('p', 'gpt-5', 0)).toMatchObject({
      source: 'file',
      output: nanoUsd(2),
      cacheRead: null,
    });
  });

  it('are plausible: output dearer than input, caches not dearer than they can be', () => {
    for (const { models, source } of SHIPPED_PRICES) {
      expect(source).toMatch(/^https:/);
      for (const [model, [input, output, read, write]] of Object.entries(models)) {
        expect([model, output >= input && (read ?? 0) <= input && (write ?? 0) <= 2 * input]).toEqual([
          model,
          true,
        ]);
      }
    }
  });
});
