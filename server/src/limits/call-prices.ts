import type { TokenCounts } from '../usage/call-record.js';

/** What tokens of a provider's model cost. */
export interface CallPrices {
  /** Nano-USD, rounded; null: not known. */
  costNanoUsd(provider: string, model: string, tokens: TokenCounts, atMs: number): bigint | null;
}
