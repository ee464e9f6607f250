import type { Usage } from '@ccs/wire';
import type { LossCode } from '../converters/loss.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { ErrorClass } from '../resilience/error-class.js';
import type { Dialect } from '../routing/routable-provider.js';
import type { AttemptOutcome, CallOutcome, MessageTarget } from './message-call.js';

/** One try at one target, as it ended. Plain data; times are milliseconds since the call began. */
export interface AttemptTrace {
  readonly providerId: number;
  readonly provider: string;
  readonly dialect: Dialect;
  readonly model: string;
  readonly tier: string | null;
  readonly outcome: AttemptOutcome['kind'];
  /** Null unless the attempt failed, or its answer was empty. */
  readonly errorClass: ErrorClass | null;
  readonly errorCode: ErrorCode | null;
  /** The HTTP status the provider answered with; null where it gave none. */
  readonly upstreamStatus: number | null;
  readonly startedMs: number;
  /** When its first event with meaning, or its whole answer, had come; null: none came. */
  readonly firstEventMs: number | null;
  readonly endedMs: number;
  /** What the provider reported, or what was estimated of it; null: nothing is known. */
  readonly usage: Usage | null;
  readonly losses: readonly LossCode[];
}

/**
 * Why a target of the route was taken or passed over.
 *
 * - `tried`: it has an attempt. `not_needed`: another one answered before its turn, or the call could not go on.
 * - `open`: the provider's breaker. `cooling`: the model, or the provider's credential, is to be left alone.
 * - `busy`: the provider is at its limit of concurrent calls.
 * - `provider_failed`: the provider failed in this call already, all its models are passed over.
 */
export type CandidateFate = 'tried' | 'not_needed' | 'open' | 'cooling' | 'busy' | 'provider_failed';

export interface CandidateTrace {
  readonly providerId: number;
  readonly provider: string;
  readonly dialect: Dialect;
  readonly model: string;
  readonly fate: CandidateFate;
  /** In words, for people: `opened 12 s ago after 5 failures`; '' where the fate says it all. */
  readonly reason: string;
}

/** How a call went, from its first target to the last. */
export interface AttemptResult {
  /** Who answered, or failed last; null where no target could be tried. */
  readonly target: MessageTarget | null;
  /** Of the whole call; a failure is the one the client gets to see. */
  readonly outcome: CallOutcome;
  /** In order; empty where no target could be tried. */
  readonly attempts: readonly AttemptTrace[];
  /** Targets of the route, best first, as the call saw them. */
  readonly candidates: readonly CandidateTrace[];
  /** Headers that tell the client who answered. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the last attempt's conversion, each once. */
  readonly losses: readonly LossCode[];
}
