import type { UsageFigures } from '@ccs/dto';
import type { SumRow } from './rollup-statement.js';

/** Sums that can be added up and subtracted; figures are made of them last. */
export interface Sums {
  readonly calls: number;
  readonly succeeded: number;
  readonly cancelled: number;
  readonly attempts: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costNanoUsd: bigint;
  readonly unpricedCalls: number;
  readonly estimatedCalls: number;
  readonly firstEventMs: number;
  readonly firstEventCalls: number;
  readonly succeededMs: number;
}

export const NOTHING: Sums = {
  calls: 0,
  succeeded: 0,
  cancelled: 0,
  attempts: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costNanoUsd: 0n,
  unpricedCalls: 0,
  estimatedCalls: 0,
  firstEventMs: 0,
  firstEventCalls: 0,
  succeededMs: 0,
};

export function sumsOf(row: SumRow): Sums {
  return {
    calls: row.calls,
    succeeded: row.succeeded,
    cancelled: row.cancelled,
    attempts: row.attempts,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    costNanoUsd: BigInt(row.cost_nano_usd),
    unpricedCalls: row.unpriced_calls,
    estimatedCalls: row.estimated_calls,
    firstEventMs: row.first_event_ms,
    firstEventCalls: row.first_event_calls,
    succeededMs: row.succeeded_ms,
  };
}

export const plus = (left: Sums, right: Sums): Sums => combine(left, right, 1);
export const minus = (left: Sums, right: Sums): Sums => combine(left, right, -1);
export const total = (all: readonly Sums[]): Sums => all.reduce(plus, NOTHING);

function combine(left: Sums, right: Sums, sign: 1 | -1): Sums {
  return {
    calls: left.calls + sign * right.calls,
    succeeded: left.succeeded + sign * right.succeeded,
    cancelled: left.cancelled + sign * right.cancelled,
    attempts: left.attempts + sign * right.attempts,
    inputTokens: left.inputTokens + sign * right.inputTokens,
    outputTokens: left.outputTokens + sign * right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + sign * right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + sign * right.cacheWriteTokens,
    costNanoUsd: left.costNanoUsd + BigInt(sign) * right.costNanoUsd,
    unpricedCalls: left.unpricedCalls + sign * right.unpricedCalls,
    estimatedCalls: left.estimatedCalls + sign * right.estimatedCalls,
    firstEventMs: left.firstEventMs + sign * right.firstEventMs,
    firstEventCalls: left.firstEventCalls + sign * right.firstEventCalls,
    succeededMs: left.succeededMs + sign * right.succeededMs,
  };
}

export const tokensOf = (sums: Sums): number =>
  sums.inputTokens + sums.outputTokens + sums.cacheReadTokens + sums.cacheWriteTokens;

export function figuresOf(sums: Sums): UsageFigures {
  const failed = sums.calls - sums.succeeded - sums.cancelled;
  return {
    requests: sums.calls,
    successful_requests: sums.succeeded,
    failed_requests: failed,
    cancelled_requests: sums.cancelled,
    success_rate: ratio(100 * sums.succeeded, sums.succeeded + failed),
    attempts: sums.attempts,
    input_tokens: sums.inputTokens,
    output_tokens: sums.outputTokens,
    cache_read_tokens: sums.cacheReadTokens,
    cache_write_tokens: sums.cacheWriteTokens,
    total_tokens: tokensOf(sums),
    cost_usd: costUsd(sums),
    unpriced_requests: sums.unpricedCalls,
    estimated_requests: sums.estimatedCalls,
    avg_first_token_ms: ratio(sums.firstEventMs, sums.firstEventCalls),
    avg_response_time_ms: ratio(sums.succeededMs, sums.succeeded),
  };
}

/** Null: of none of the calls. */
export const costUsd = (sums: Sums): number | null =>
  sums.calls > 0 && sums.unpricedCalls === sums.calls ? null : Number(sums.costNanoUsd) / 1e9;

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
