import type {
  ProviderEvent,
  ProviderTraffic,
  ProviderHealthView,
} from '../providers/provider-health-board.js';
import type { Dialect } from '../routing/routable-provider.js';

/** A provider as its history knows it. */
export interface CheckedProvider {
  readonly id: number;
  readonly name: string;
  readonly dialect: Dialect;
}

export type CheckTrigger = 'schedule' | 'manual';

/** What a check found in one tier. */
export interface TierCheck {
  readonly tier: string;
  readonly healthy: boolean;
  readonly workingModel: string | null;
  readonly testedModels: readonly string[];
  /** From dispatch to the first event with meaning; null: none came. */
  readonly firstEventMs: number | null;
  readonly totalMs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** In words, without secrets; null: it works. */
  readonly error: string | null;
}

export interface ProviderCheck {
  readonly provider: CheckedProvider;
  readonly checkedAt: Date;
  readonly trigger: CheckTrigger;
  /** One tier at least works. */
  readonly healthy: boolean;
  readonly responseMs: number | null;
  readonly error: string | null;
  /** Null: a price is not known. */
  readonly costNanoUsd: bigint | null;
  readonly tiers: readonly TierCheck[];
}

export interface StoredEvent extends ProviderEvent {
  readonly replica: string;
}

/** Attempts of real calls in the piece of time that begins at `at`. */
export interface TrafficBucket extends ProviderTraffic {
  readonly at: Date;
}

/** What one replica knows of one provider. Dates are texts: it comes out of JSON. */
export interface ReportedCondition {
  readonly breaker: ProviderHealthView['breaker'];
  readonly since: string | null;
  readonly retryAt: string | null;
  readonly cooldowns: readonly {
    readonly model: string | null;
    readonly reason: string;
    readonly until: string;
  }[];
  readonly lastFailure: {
    readonly errorClass: string;
    readonly message: string;
    readonly at: string;
  } | null;
}

export interface ReplicaReport {
  readonly replica: string;
  /** By the provider's id. */
  readonly conditions: Readonly<Record<string, ReportedCondition>>;
}
