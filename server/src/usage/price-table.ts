import type { TokenCounts } from './call-record.js';

/** Integer nano-USD per million tokens; null: not known. */
export interface TokenPrices {
  readonly input: number | null;
  readonly output: number | null;
  /** Null with a known `input`: cached tokens cost what others do. */
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
}

/** `set`: in the portal or by the API; `file`: provider.json; `shipped`: a vendor's list price. */
export type PriceSource = 'set' | 'file' | 'shipped';

export interface Price extends TokenPrices {
  readonly provider: string;
  readonly model: string;
  readonly source: PriceSource;
  /** Milliseconds since the epoch; 0: always. */
  readonly validFromMs: number;
}

const TOKENS_PER_PRICE = 1_000_000n;

/**
 * Prices by provider and model, frozen: a change makes a new table. Built from layers, the strongest last; within one
 * the latest that holds at the moment in question counts. What is not in it is unknown, never free.
 */
export class PriceTable {
  /** Provider, then model -> newest first; a set price of nothing (all null) gives way to the layers below. */
  readonly #prices: ReadonlyMap<string, ReadonlyMap<string, readonly Price[]>>;

  constructor(prices: readonly Price[]) {
    const byProvider = new Map<string, Map<string, Price[]>>();
    for (const price of prices) {
      const models = byProvider.get(price.provider) ?? new Map<string, Price[]>();
      byProvider.set(price.provider, models);
      const known = models.get(price.model) ?? [];
      models.set(price.model, [...known, price].sort(strongestFirst));
    }
    this.#prices = byProvider;
  }

  /** What holds at `atMs`; null: nothing is known of this model. */
  priceOf(provider: string, model: string, atMs: number): Price | null {
    for (const price of this.#prices.get(provider)?.get(model) ?? []) {
      if (price.validFromMs > atMs) continue;
      if (!isNothing(price)) return price;
      // Taken back: older prices of the same layer do not come back to life.
      return this.#below(price, atMs);
    }
    return null;
  }

  /** Rounded half up to whole nano-USD. Null: a kind of token that was used has no known price. */
  costNanoUsd(provider: string, model: string, tokens: TokenCounts, atMs: number): bigint | null {
    const price = this.priceOf(provider, model, atMs);
    return price === null ? null : costAt(price, tokens);
  }

  /** Every price, of every time. */
  all(): readonly Price[] {
    return [...this.#prices.values()].flatMap((models) => [...models.values()].flat());
  }

  #below(taken: Price, atMs: number): Price | null {
    const prices = this.#prices.get(taken.provider)?.get(taken.model) ?? [];
    return (
      prices.find(
        (price) => price.source !== taken.source && price.validFromMs <= atMs && !isNothing(price),
      ) ?? null
    );
  }
}

export const NO_PRICES = new PriceTable([]);

function costAt(price: TokenPrices, tokens: TokenCounts): bigint | null {
  const { input, output } = price;
  let sum = 0n;
  for (const [count, perMillion] of [
    [tokens.inputTokens, input],
    [tokens.outputTokens, output],
    [tokens.cacheReadTokens, price.cacheRead ?? input],
    [tokens.cacheWriteTokens, price.cacheWrite ?? input],
  ] as const) {
    if (count === 0) continue;
    if (perMillion === null) return null;
    sum += BigInt(count) * BigInt(perMillion);
  }
  return (sum + TOKENS_PER_PRICE / 2n) / TOKENS_PER_PRICE;
}

const STRENGTH: Readonly<Record<PriceSource, number>> = { set: 2, file: 1, shipped: 0 };

function strongestFirst(one: Price, other: Price): number {
  return STRENGTH[other.source] - STRENGTH[one.source] || other.validFromMs - one.validFromMs;
}

function isNothing(price: TokenPrices): boolean {
  return (
    price.input === null && price.output === null && price.cacheRead === null && price.cacheWrite === null
  );
}
