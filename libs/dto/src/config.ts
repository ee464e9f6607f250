import { IsBoolean, IsIn, IsInt, IsObject, IsString, Max, MaxLength, Min } from 'class-validator';
import { ClearableField, OptionalField } from './optional-field.js';
import { PagingQueryDto } from './paging.js';
import { QueryInteger } from './query-values.js';

export const FALLBACK_STRATEGIES = ['priority', 'random', 'weighted', 'least-latency'] as const;
export type FallbackStrategy = (typeof FALLBACK_STRATEGIES)[number];

/** Null: back to the default. Values are checked by the rules of provider.json. */
export class UpdateConfigDto {
  /** The version the change is made to; an older one is refused. Left out: whatever is there. */
  @OptionalField() @IsInt() @Min(0) version?: number;
  @ClearableField() @IsIn(FALLBACK_STRATEGIES) fallback_strategy?: FallbackStrategy | null;
  /** `failure_threshold`, `recovery_timeout` in seconds; one left out keeps its value. */
  @ClearableField() @IsObject() circuit_breaker?: CircuitBreakerFields | null;
  @ClearableField() @IsBoolean() retry_on_zero_output_tokens?: boolean | null;
  @ClearableField() @IsInt() @Min(0) @Max(100) retry_on_zero_output_tokens_retries?: number | null;
  /** Name or glob -> tier, or list of targets. Replaces all of them. */
  @ClearableField() @IsObject() model_aliases?: Record<string, string | string[]> | null;
  @ClearableField() @IsString() @MaxLength(200) default_tier?: string | null;
  @ClearableField() @IsBoolean() session_affinity?: boolean | null;
  /** A field left out keeps its value, null takes it back to its default. */
  @ClearableField() @IsObject() observability?: ObservabilityFields | null;
}

export interface CircuitBreakerFields {
  readonly failure_threshold?: number | null;
  readonly recovery_timeout?: number | null;
}

export interface ObservabilityFields {
  readonly log_level?: 'debug' | 'info' | 'warning' | 'error' | null;
  readonly log_sampling_rate?: number | null;
  readonly slow_request_threshold_ms?: number | null;
  readonly enable_slow_request_alert?: boolean | null;
}

/** Something wrong in a provider.json, by JSON path. */
export interface ProviderFileRemark {
  readonly path: string;
  readonly text: string;
}

/** How the process that answers stands to its provider.json. */
export interface ProviderFileView {
  readonly path: string;
  /** Whether changes are followed while running. */
  readonly hot_reload: boolean;
  /** `broken`: it cannot be used, the last state goes on. */
  readonly status: 'unread' | 'applied' | 'missing' | 'broken';
  readonly problems: readonly ProviderFileRemark[];
  readonly warnings: readonly ProviderFileRemark[];
  readonly since: string | null;
}

/** The settings of the whole gateway as they are in force, defaults filled in. */
export interface ConfigView {
  readonly fallback_strategy: FallbackStrategy;
  readonly circuit_breaker: { readonly failure_threshold: number; readonly recovery_timeout: number };
  readonly retry_on_zero_output_tokens: boolean;
  readonly retry_on_zero_output_tokens_retries: number;
  readonly model_aliases: Readonly<Record<string, string | readonly string[]>>;
  readonly default_tier: string;
  readonly session_affinity: boolean;
  readonly observability: {
    readonly log_level: 'debug' | 'info' | 'warning' | 'error';
    /** Share of the answered calls that leave a line in the log, 0 to 1; all others always do. */
    readonly log_sampling_rate: number;
    readonly slow_request_threshold_ms: number;
    readonly enable_slow_request_alert: boolean;
  };
  /** Keys that were set; all others have their default. */
  readonly set: readonly string[];
  readonly version: number;
  readonly updated_at: string | null;
  readonly provider_file: ProviderFileView;
}

export interface ConfigChanged extends ConfigView {
  readonly success: true;
  readonly message: string;
}

export const CONFIG_AREAS = ['config', 'provider'] as const;
export type ConfigArea = (typeof CONFIG_AREAS)[number];

export class ConfigChangesQueryDto extends PagingQueryDto {
  @OptionalField() @IsIn(CONFIG_AREAS) area?: ConfigArea;
  /** Name of a provider. */
  @OptionalField() @IsString() @MaxLength(64) target?: string;
  @OptionalField() @QueryInteger(1, 999_999_999) actor_id?: string;
}

export interface ConfigChangeView {
  readonly id: number;
  readonly at: string;
  readonly source: 'api' | 'file';
  readonly actor_id: number | null;
  readonly actor_email: string | null;
  readonly area: ConfigArea;
  readonly act: 'create' | 'update' | 'delete';
  /** Name of the provider; null for the settings of all. */
  readonly target: string | null;
  /** `***` stands for a secret, null for what was not set. */
  readonly fields: readonly {
    readonly field: string;
    readonly before: unknown;
    readonly after: unknown;
  }[];
}
