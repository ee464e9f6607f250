/** Grows when a field changes its meaning; a reader that meets a newer one keeps the record for a newer reader. */
export const CALL_RECORD_VERSION = 1;

/**
 * How a call ended. `success`: the whole answer went out; `refused`: by us, before a provider was asked;
 * `interrupted`: the process that answered it died.
 */
export const CALL_STATUSES = ['success', 'error', 'client_gone', 'refused', 'interrupted'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** Tokens by kind; they do not overlap. Integers, 0 to `MAX_TOKENS`. */
export interface TokenCounts {
  /** Neither read from a cache nor written to one. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** One target of the route, in the router's order. */
export interface CandidateRecord {
  readonly provider: string;
  readonly apiFormat: string;
  readonly model: string;
  /** Taken, passed over or not needed: a word of the attempts, such as `tried` or `cooling`. */
  readonly fate: string;
  /** In words; '' where the fate says it all. */
  readonly reason: string;
}

/** One try at one target. Times are milliseconds since the call began. */
export interface AttemptRecord {
  readonly provider: string;
  readonly apiFormat: string;
  readonly model: string;
  readonly tier: string | null;
  /** `answered`, `client_gone`, `failed`. */
  readonly outcome: string;
  readonly errorClass: string | null;
  readonly errorCode: string | null;
  readonly upstreamStatus: number | null;
  readonly startedMs: number;
  readonly firstEventMs: number | null;
  /** Null: the process died first. */
  readonly endedMs: number | null;
  /** Null: nothing is known. */
  readonly tokens: TokenCounts | null;
  readonly losses: readonly string[];
}

/** What is known of a call before a provider is asked. */
export interface CallOpening {
  /** A UUIDv7, without `req_`; the time of the call is in it. */
  readonly requestId: string;
  readonly userId: number;
  /** Null: a session. */
  readonly keyId: number | null;
  readonly requestedModel: string;
  readonly stream: boolean;
  /** Claude Code's session, if it says. */
  readonly sessionId: string | null;
  /** The caller's program, from its User-Agent: `claude-cli/2.1.0`. */
  readonly client: string | null;
}

/** The one record of a call. Everything a request log, a chart or a bill is made of. */
export interface CallRecord extends CallOpening, TokenCounts {
  readonly version: typeof CALL_RECORD_VERSION;
  /** Of the last attempt; null: no target was chosen. */
  readonly provider: string | null;
  readonly targetModel: string | null;
  readonly tier: string | null;
  readonly status: CallStatus;
  /** What the client was answered with; null: nothing. */
  readonly httpStatus: number | null;
  readonly errorCode: string | null;
  /** Upstream requests; 0 for a refused call. */
  readonly attempts: number;
  /** The provider reported no usage, or not to the end. */
  readonly estimated: boolean;
  /** Null: the price is not known. */
  readonly costNanoUsd: number | null;
  /** From the call to the first event or the body; null: none went out. */
  readonly firstEventMs: number | null;
  readonly durationMs: number;
  /** Of the last attempt's conversion, each once. */
  readonly losses: readonly string[];
  readonly candidates: readonly CandidateRecord[];
  readonly trace: readonly AttemptRecord[];
}
