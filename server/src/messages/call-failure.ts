import type { GatewayError } from '../errors/gateway-error.js';
import {
  OverloadedError,
  ProvidersCoolingError,
  ProvidersOpenError,
} from '../errors/gateway-state-errors.js';
import type { FailedAttempt, MessageTarget } from './message-call.js';
import type { Candidate } from './target-plan.js';

/** An attempt that failed before anything went to the client. */
export interface FailedTry {
  readonly target: MessageTarget;
  readonly outcome: FailedAttempt;
  /** By `performance.now()`. */
  readonly endedAt: number;
}

/**
 * Which failure the client gets when all failed: the last, unless somebody answered 429 or 529: then, of those, the
 * one that asks for the shortest wait from now on.
 */
export function decisiveFailure<T extends FailedTry>(tries: readonly T[], now: number): T | undefined {
  let best: T | undefined;
  let shortest = Infinity;
  for (const each of tries) {
    const { error } = each.outcome;
    if (error.status !== 429 && error.status !== 529) continue;
    const seconds = error.retryAfterSeconds;
    const wait = seconds === undefined ? Number.MAX_VALUE : seconds * 1000 - (now - each.endedAt);
    if (wait > shortest) continue;
    best = each;
    shortest = wait;
  }
  return best ?? tries.at(-1);
}

/** Why not one attempt could be made (specification E7). */
export function nobodyAvailable(candidates: readonly Candidate[], now: number): GatewayError {
  const waits = candidates.flatMap(({ availableAt }) => (availableAt === null ? [] : [availableAt - now]));
  const retryAfterSeconds = Math.max(1, Math.ceil(Math.min(...waits, 3_600_000) / 1000));
  const reasons = candidates
    .filter(({ reason }) => reason !== '')
    .map(({ target, reason }) => `${target.provider.name}/${target.model}: ${reason}`);
  if (candidates.some(({ fate }) => fate === 'busy')) return new OverloadedError(reasons);
  if (candidates.every(({ fate }) => fate === 'cooling')) {
    return new ProvidersCoolingError(reasons, retryAfterSeconds);
  }
  return new ProvidersOpenError(reasons, retryAfterSeconds);
}
