import type { LossCode } from '../converters/loss.js';
import { classifyError, type ErrorClass } from '../resilience/error-class.js';
import type { AttemptTrace } from './attempt-result.js';
import type { AttemptOutcome, AttemptReport, MessageCall, MessageTarget } from './message-call.js';

/** Null for an attempt that is no failure of its target. */
export function classOfOutcome(outcome: AttemptOutcome): ErrorClass | null {
  switch (outcome.kind) {
    case 'answered':
    case 'client_gone':
      return null;
    case 'empty':
      return 'empty';
    case 'failed':
      return outcome.committed ? 'mid_stream' : classifyError(outcome.error);
    default:
      return outcome satisfies never;
  }
}

/** The plain record of an attempt that is over. Points in time are those of `performance.now()`. */
export function traceAttempt(
  call: MessageCall,
  { target, losses }: { readonly target: MessageTarget; readonly losses: readonly LossCode[] },
  startedAt: number,
  endedAt: number,
  { outcome, firstEventAt }: AttemptReport,
): AttemptTrace {
  const error = outcome.kind === 'failed' ? outcome.error : null;
  return {
    providerId: target.provider.id,
    provider: target.provider.name,
    dialect: target.provider.dialect,
    model: target.model,
    tier: target.tier,
    outcome: outcome.kind,
    errorClass: classOfOutcome(outcome),
    errorCode: error?.code ?? null,
    upstreamStatus: error?.upstreamStatus ?? null,
    startedMs: startedAt - call.startedAt,
    firstEventMs: firstEventAt === null ? null : firstEventAt - call.startedAt,
    endedMs: endedAt - call.startedAt,
    usage: outcome.usage,
    losses,
  };
}
