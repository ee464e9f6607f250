import type { SpendPeriod } from './spend-period.js';
import type { Subject, SubjectLimits } from './subject-limits.js';

/** A call to be admitted, as a store sees it. */
export interface AdmissionRequest {
  /** Names the call's lease; no other call has it. */
  readonly callId: string;
  /** Whose things are kept together: in a Redis cluster they must be on one node. */
  readonly userId: number;
  /** Each is one that something is limited for. All must have room, or nothing is taken. */
  readonly subjects: readonly SubjectRequest[];
  /** Expected tokens, for the limit per minute. */
  readonly tokens: number;
}

export interface SubjectRequest {
  readonly limits: SubjectLimits;
  readonly budgets: readonly BudgetRequest[];
  /** Nano-USD set aside for the call until it is settled; 0 without a budget. */
  readonly reserve: bigint;
  /** The most that the call can cost. */
  readonly atMost: bigint;
}

export interface BudgetRequest {
  readonly period: SpendPeriod;
  readonly budget: bigint;
}

/**
 * What there was no room for. `budget_spent`: nothing is left; `budget_busy`: something is, but calls under way may
 * use it up.
 */
export type LimitKind = 'requests' | 'tokens' | 'concurrency' | 'budget_spent' | 'budget_busy';

/** What one subject has used. */
export interface SubjectStanding {
  /** In the last minute, this call included if it was admitted. */
  readonly requests: number;
  readonly tokens: number;
  /** Until the minute has nothing of it any more. */
  readonly requestsResetMs: number;
  readonly tokensResetMs: number;
  readonly concurrency: number;
  /** Nano-USD by kind of period: settled. */
  readonly spent: Readonly<Partial<Record<SpendPeriod['kind'], bigint>>>;
  /** For calls under way; 0 for a subject without budgets. */
  readonly reserved: bigint;
}

export type AdmissionOutcome =
  | { readonly kind: 'admitted'; readonly second: number; readonly standings: readonly SubjectStanding[] }
  | {
      readonly kind: 'refused';
      readonly subject: number;
      readonly limit: LimitKind;
      readonly retryAfterMs: number;
      readonly standings: readonly SubjectStanding[];
    }
  /** What was spent in some of the periods is not in the store: bring it, and ask again. */
  | { readonly kind: 'spend_unknown' };

/** The end of an admitted call. May be told again: only the first time counts. */
export interface Settlement {
  readonly callId: string;
  readonly userId: number;
  readonly subjects: readonly Subject[];
  /** Of its admission. */
  readonly second: number;
  /** Tokens used beyond those expected, or fewer. */
  readonly tokensDelta: number;
  /** What it cost; 0: nothing to keep. */
  readonly cost: bigint;
  readonly periods: readonly SpendPeriod[];
}

/** What of one subject is counted for one period. */
export interface SpendAccount {
  readonly userId: number;
  readonly subject: Subject;
  readonly period: SpendPeriod;
}

/** What the database has of an account: absolute, never a difference. */
export interface RecordedSpend {
  readonly account: SpendAccount;
  /** Nano-USD of all recorded calls. */
  readonly base: bigint;
  /** Those of the asked calls that are among them. */
  readonly recorded: readonly string[];
  /** When that was so, by the database's clock; an older answer never replaces a newer one. */
  readonly asOfMs: number;
}

/**
 * Counts what limited callers use, exactly: one question at a time is answered, whoever asks. What was spent is the
 * sum of what the database has recorded and of the settled calls that are not in it yet, each kept by its id.
 */
export abstract class LimitStore {
  /** @throws StoreAwayError; the call may have been admitted all the same: settle it */
  abstract admit(request: AdmissionRequest): Promise<AdmissionOutcome>;

  /** @throws StoreAwayError; tell it again */
  abstract settle(settlements: readonly Settlement[]): Promise<void>;

  /** Calls under way, so that they keep what they hold. Those of a process that says nothing for 30 s lose it. */
  abstract renew(requests: readonly AdmissionRequest[]): Promise<void>;

  /** Settled calls of an account that the database may have by now; null: somebody else asked just now. */
  abstract unrecorded(account: SpendAccount): Promise<readonly string[] | null>;

  abstract putRecorded(spend: RecordedSpend): Promise<void>;

  abstract close(): void;

  /** How many processes share the store, this one included; at least 1. As of the last `renew`. */
  abstract get replicas(): number;
}

/** What a call under way holds is given back when its process has said nothing for so long. */
export const LEASE_MS = 30_000;
/** The recorded spend of an account is asked for no more often, by all processes together. */
export const RECONCILE_EVERY_MS = 1_500;
