import { IsIn, IsString, Length } from 'class-validator';
import { OptionalField } from './optional-field.js';
import { QueryInteger } from './query-values.js';

const API_FORMATS = ['openai', 'anthropic'] as const;

export class CheckHealthDto {
  /** Left out: every provider that is enabled. */
  @OptionalField() @IsString() @Length(1, 64) name?: string;
  @OptionalField() @IsIn(API_FORMATS) api_format?: 'openai' | 'anthropic';
}

export class ProviderHealthQueryDto {
  @OptionalField() @IsIn(API_FORMATS) api_format?: 'openai' | 'anthropic';
}

export class HealthHistoryQueryDto {
  @OptionalField() @IsString() @Length(1, 64) name?: string;
  @OptionalField() @IsIn(API_FORMATS) api_format?: 'openai' | 'anthropic';
  /** How far back; default 24. */
  @OptionalField() @QueryInteger(1, 720) hours?: string;
  /** Into how many pieces the time is cut; none is shorter than five minutes. Default 90. */
  @OptionalField() @QueryInteger(1, 500) buckets?: string;
}

/** What a check found in one tier. Times in milliseconds. */
export interface TierHealth {
  readonly healthy: boolean;
  /** To the first token of the model that works. */
  readonly responseTime: number | null;
  readonly totalTime: number | null;
  /** Null: none of them works. */
  readonly workingModel: string | null;
  readonly testedModels: readonly string[];
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  /** In words; null: it works. */
  readonly error: string | null;
}

/** One check of one provider, as it was stored. */
export interface HealthCheckView {
  readonly name: string;
  readonly api_format: 'openai' | 'anthropic';
  readonly checked_at: string;
  readonly trigger: 'schedule' | 'manual';
  readonly healthy: boolean;
  readonly responseTime: number | null;
  readonly error: string | null;
  /** USD; null: a price is not known. */
  readonly cost_usd: number | null;
  readonly categories: Readonly<Record<string, TierHealth>>;
}

/** `unknown`: neither traffic nor a check has told anything yet. */
export type HealthState = 'healthy' | 'degraded' | 'unhealthy' | 'disabled' | 'unknown';

/** What traffic taught, over the replicas that have reported lately. */
export interface BreakerHealth {
  /** The worst of them. */
  readonly state: 'closed' | 'slow_start' | 'half_open' | 'open';
  readonly since: string | null;
  /** Of an open one: when the next probe is due. */
  readonly retry_at: string | null;
  readonly replicas_open: number;
  readonly replicas: number;
}

export interface CooldownHealth {
  /** Null: the credential, which means every model. */
  readonly model: string | null;
  readonly reason: string;
  readonly until: string;
}

/** Attempts of real calls; the last 24 hours unless it says otherwise. */
export interface TrafficHealth {
  readonly attempts: number;
  readonly failures: number;
  /** 0 to 1; null: there were none. */
  readonly success_rate: number | null;
  /** Time to the first token; null: not measured. */
  readonly ttft_p50_ms: number | null;
  readonly ttft_p95_ms: number | null;
}

export interface ProviderHealth {
  readonly name: string;
  readonly api_format: 'openai' | 'anthropic';
  readonly enabled: boolean;
  readonly disabled_reason: string | null;
  readonly priority: number;
  readonly state: HealthState;
  /** Null: not known. */
  readonly healthy: boolean | null;
  /** Of the last check: times, the error and the tiers; null and empty before the first one. */
  readonly lastCheck: string | null;
  readonly responseTime: number | null;
  readonly error: string | null;
  readonly categories: Readonly<Record<string, TierHealth>>;
  readonly breaker: BreakerHealth;
  readonly cooldowns: readonly CooldownHealth[];
  readonly traffic: TrafficHealth;
  readonly last_failure: {
    readonly error_class: string;
    readonly message: string;
    readonly at: string;
  } | null;
}

export interface HealthReport {
  /** `error`: no provider is enabled. */
  readonly status: 'healthy' | 'partial' | 'unhealthy' | 'error' | 'not_checked';
  readonly timestamp: string;
  readonly generated_at: string;
  readonly providers: readonly ProviderHealth[];
}

/** The breaker opened or recovered, or the credential was refused. */
export interface HealthEventView {
  readonly name: string;
  readonly api_format: 'openai' | 'anthropic';
  readonly at: string;
  readonly kind: 'opened' | 'recovered' | 'credential_refused';
  /** The process that saw it. */
  readonly replica: string;
  readonly reason: string | null;
}

export interface HealthBucket extends TrafficHealth {
  readonly name: string;
  readonly api_format: 'openai' | 'anthropic';
  /** When it begins. */
  readonly at: string;
}

export interface HealthHistory {
  readonly generated_at: string;
  readonly from: string;
  readonly bucket_seconds: number;
  /** Only those with traffic, in order. */
  readonly buckets: readonly HealthBucket[];
  /** Newest first, at most 1,000 each. */
  readonly checks: readonly HealthCheckView[];
  readonly events: readonly HealthEventView[];
}

/** What `POST /api/health/check` comes to. */
export interface HealthCheckResult {
  readonly total: number;
  readonly healthy: number;
  readonly checks: readonly HealthCheckView[];
}

/** Its steps as server-sent events: the event's name and its `data`; the last one is `result`. */
export interface HealthCheckSteps {
  readonly started: { readonly total: number };
  readonly provider_started: { readonly name: string; readonly api_format: string };
  readonly tier: {
    readonly name: string;
    readonly api_format: string;
    readonly tier: string;
    readonly result: TierHealth;
  };
  readonly provider: HealthCheckView;
  readonly result: HealthCheckResult;
}
