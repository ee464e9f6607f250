import type { TokenCounts } from './call-record.js';

/** More than any call can have; larger figures are taken for nonsense. */
export const MAX_TOKENS = 1_000_000_000;

export const NO_TOKENS: TokenCounts = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
});

export function addTokens(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  };
}

/** Usage as the wire says it; a hostile or broken provider may have put anything there. */
export interface ReportedUsage {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
}

export interface ValidatedUsage {
  readonly tokens: TokenCounts;
  /** Something was no token count; 0 stands in its place. */
  readonly anomalous: boolean;
}

/** Every count a non-negative integer of at most `MAX_TOKENS`; what is not given is 0. */
export function validateUsage(usage: ReportedUsage | null): ValidatedUsage {
  if (usage === null) return { tokens: NO_TOKENS, anomalous: false };
  let anomalous = false;
  const count = (value: unknown): number => {
    if (value === undefined || value === null) return 0;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS)
      return value;
    anomalous = true;
    return 0;
  };
  const tokens = {
    inputTokens: count(usage.input_tokens),
    outputTokens: count(usage.output_tokens),
    cacheReadTokens: count(usage.cache_read_input_tokens),
    cacheWriteTokens: count(usage.cache_creation_input_tokens),
  };
  return { tokens, anomalous };
}
