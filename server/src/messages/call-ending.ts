import type { GatewayError } from '../errors/gateway-error.js';
import type { AttemptRecord } from '../usage/call-record.js';
import type { CallEnding } from '../usage/open-call.js';
import { validateUsage } from '../usage/token-counts.js';
import type { AttemptResult, AttemptTrace } from './attempt-result.js';
import type { CallOutcome, MessageCall } from './message-call.js';

/** What is recorded of a call that went to its targets. */
export function endingOf(
  call: MessageCall,
  { target, outcome, attempts, candidates, losses }: AttemptResult,
): CallEnding {
  return {
    target,
    ...verdictOf(call, outcome),
    usage: outcome.usage,
    firstEventAt: call.answer.committedAt,
    endedAt: performance.now(),
    losses,
    candidates: candidates.map(({ provider, dialect, model, fate, reason }) => ({
      provider,
      apiFormat: dialect,
      model,
      fate,
      reason,
    })),
    trace: attempts.map(attemptRecord),
  };
}

/** What is recorded of a call that was refused here, or met a fault of ours. */
export function refusal(call: MessageCall, error: GatewayError): CallEnding {
  return {
    target: null,
    status: error.status >= 500 && error.code === 'internal_error' ? 'error' : 'refused',
    httpStatus: error.status,
    errorCode: error.code,
    usage: null,
    firstEventAt: call.answer.committedAt,
    endedAt: performance.now(),
    losses: [],
    candidates: [],
    trace: [],
  };
}

function verdictOf(
  call: MessageCall,
  outcome: CallOutcome,
): Pick<CallEnding, 'status' | 'httpStatus' | 'errorCode'> {
  switch (outcome.kind) {
    case 'answered':
      return { status: 'success', httpStatus: outcome.status, errorCode: null };
    case 'client_gone':
      return { status: 'client_gone', httpStatus: call.answer.started ? 200 : null, errorCode: null };
    case 'failed':
      return {
        status: 'error',
        httpStatus: outcome.committed ? 200 : outcome.error.status,
        errorCode: outcome.error.code,
      };
    default:
      return outcome satisfies never;
  }
}

function attemptRecord(attempt: AttemptTrace): AttemptRecord {
  return {
    provider: attempt.provider,
    apiFormat: attempt.dialect,
    model: attempt.model,
    tier: attempt.tier,
    outcome: attempt.outcome,
    errorClass: attempt.errorClass,
    errorCode: attempt.errorCode,
    upstreamStatus: attempt.upstreamStatus,
    startedMs: Math.round(attempt.startedMs),
    firstEventMs: attempt.firstEventMs === null ? null : Math.round(attempt.firstEventMs),
    endedMs: Math.round(attempt.endedMs),
    tokens: attempt.usage === null ? null : validateUsage(attempt.usage).tokens,
    losses: attempt.losses,
  };
}
