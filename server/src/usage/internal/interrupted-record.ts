import type { CallRecord } from '../call-record.js';
import type { PriceTable } from '../price-table.js';
import { NO_TOKENS } from '../token-counts.js';
import type { OpenState } from './journal-lines.js';
import { timeOfRequest } from './time-of-request.js';

/** What is to be said of a call whose process died: as much as its last checkpoint tells, as an estimate. */
export function interruptedRecord(state: OpenState, prices: PriceTable): CallRecord {
  const { apiFormat, tokens: known, elapsedMs, ...opening } = state;
  const tokens = known ?? NO_TOKENS;
  const { provider, targetModel: model, tier } = state;
  const cost = prices.costNanoUsd(provider, model, tokens, timeOfRequest(state.requestId));
  const attempt = { provider, apiFormat, model, tier, tokens: known, losses: [], upstreamStatus: null };
  return {
    ...opening,
    status: 'interrupted',
    httpStatus: null,
    errorCode: null,
    ...tokens,
    estimated: true,
    costNanoUsd: cost === null ? null : Number(cost),
    durationMs: elapsedMs,
    losses: [],
    candidates: [],
    trace: [
      {
        ...attempt,
        outcome: 'interrupted',
        errorClass: null,
        errorCode: null,
        startedMs: 0,
        firstEventMs: state.firstEventMs,
        endedMs: null,
      },
    ],
  };
}
