import type { AttemptRecord, TokenCounts } from '../call-record.js';
import type { PriceTable } from '../price-table.js';
import { addTokens, NO_TOKENS } from '../token-counts.js';

export interface Spent {
  readonly tokens: TokenCounts;
  /** Nano-USD; null: a price is not known. */
  readonly cost: bigint | null;
}

/**
 * What all attempts of a call used together, each at the price of its target: of an answer that another target
 * continued, both halves. `brokenOff`: one of them has no end, so that its figures may be estimates.
 */
export function spentByAttempts(
  attempts: readonly AttemptRecord[],
  prices: Pick<PriceTable, 'costNanoUsd'>,
  atMs: number,
): Spent & { readonly brokenOff: boolean } {
  let tokens = NO_TOKENS;
  let cost: bigint | null = 0n;
  let brokenOff = false;
  for (const { provider, model, outcome, tokens: used } of attempts) {
    if (used === null) continue;
    tokens = addTokens(tokens, used);
    brokenOff ||= outcome === 'failed';
    const each = prices.costNanoUsd(provider, model, used, atMs);
    cost = cost === null || each === null ? null : cost + each;
  }
  return { tokens, cost, brokenOff };
}
