import type { Profile } from '../converters/anthropic-openai/profile.js';
import type { Dialect, RoutingTable } from '../routing/routable-provider.js';

/**
 * An entry of `providers`, with the keys and units of the file; a key that was not given (or null) is not there.
 * Texts may have references, as written.
 */
export interface ProviderEntry {
  readonly name: string;
  readonly api_format: Dialect;
  readonly base_url: string;
  readonly api_key?: string;
  readonly enabled?: boolean;
  readonly priority?: number;
  readonly models?: Readonly<Record<string, readonly string[]>>;
  readonly custom_headers?: Readonly<Record<string, string>>;
  readonly api_version?: string;
  readonly timeout?: number;
  readonly plain_timeout?: number;
  readonly stream_idle_timeout?: number;
  readonly max_retries?: number;
  readonly max_tokens_limit?: number;
  readonly weight?: number;
  readonly max_concurrency?: number;
  readonly auth?: 'x-api-key' | 'bearer';
  /** PEM. */
  readonly ca?: string;
  readonly count_tokens?: 'local' | 'upstream';
  readonly preset?: string;
  readonly profile?: Readonly<Partial<Profile>>;
  readonly model_profiles?: Readonly<Record<string, Readonly<Partial<Profile>>>>;
  readonly prices?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly resume_streams?: boolean;
  readonly strict?: boolean;
  readonly default_tier?: string;
}

/** Of the log. */
export interface ObservabilitySettings {
  readonly log_level?: 'debug' | 'info' | 'warning' | 'error';
  readonly log_sampling_rate?: number;
  readonly slow_request_threshold_ms?: number;
  readonly enable_slow_request_alert?: boolean;
}

/** Everything at the top level of the file but the providers. */
export interface RoutingSettings {
  readonly fallback_strategy?: RoutingTable['fallbackStrategy'];
  readonly circuit_breaker?: { readonly failure_threshold?: number; readonly recovery_timeout?: number };
  readonly retry_on_zero_output_tokens?: boolean;
  readonly retry_on_zero_output_tokens_retries?: number;
  readonly observability?: ObservabilitySettings;
  readonly model_aliases?: Readonly<Record<string, string | readonly string[]>>;
  readonly default_tier?: string;
  readonly session_affinity?: boolean;
}

export interface ProviderFile {
  readonly providers: readonly ProviderEntry[];
  readonly routing: RoutingSettings;
}

/** Something in the file, by JSON path: `$.providers[0].timeout`. */
export interface FileRemark {
  readonly path: string;
  readonly text: string;
}

export interface ParsedProviderFile {
  /** What is right in it; entries with a problem are left out. */
  readonly file: ProviderFile;
  /** With any of these the file is not applied. */
  readonly problems: readonly FileRemark[];
  /** Unknown keys and the like. */
  readonly warnings: readonly FileRemark[];
}
