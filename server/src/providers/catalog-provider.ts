import type { Secret } from '../config/secret.js';
import type { Profile } from '../converters/anthropic-openai/profile.js';
import type { BreakerSettings } from '../resilience/circuit-breaker.js';
import type { RoutableProvider, RoutingTable } from '../routing/routable-provider.js';

/**
 * One provider, ready for the hot path: references resolved, secrets decrypted, defaults filled in.
 * Frozen; a change makes a new snapshot, a call in flight keeps the one it started with.
 */
export interface CatalogProvider extends RoutableProvider {
  readonly id: number;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly auth: 'x-api-key' | 'bearer';
  /** Azure: query `api-version`; Anthropic: the default `anthropic-version`. */
  readonly apiVersion: string | null;
  /** Authorities trusted for it in place of the public ones, in PEM. */
  readonly ca: string | null;
  /** Lower-case names; `${API_KEY}` already replaced. */
  readonly customHeaders: readonly (readonly [name: string, value: Secret])[];
  /** From dispatch to the first meaningful event of a stream. */
  readonly timeoutMs: number;
  /** For a whole answer without streaming. */
  readonly plainTimeoutMs: number;
  /** Between bytes of a stream after its first event. */
  readonly streamIdleTimeoutMs: number;
  readonly maxRetries: number;
  /** Calls at a time; null: no limit. */
  readonly maxConcurrency: number | null;
  /** A stream of plain text that breaks may be continued at another target. */
  readonly resumeStreams: boolean;
  readonly countTokens: 'local' | 'upstream';
  /** A call that conversion would change in what the model can do is refused. */
  readonly strict: boolean;
  /** The preset that `base_url` suggests, in force because the entry names none; its `preset` overrules it. */
  readonly guessedPreset: string | null;
  /** `prices` of its entry: model -> kind of token -> USD per million. */
  readonly prices: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The profile for one of its models: preset, then `profile`, then `model_profiles`. Cached; a map look-up. */
  profileOf(model: string): Profile;
}

export interface CatalogSnapshot extends RoutingTable<CatalogProvider> {
  /** Grows with every change. */
  readonly version: number;
  readonly breaker: BreakerSettings;
  /** How often an answer without output is worth another attempt. */
  readonly emptyAnswerRetries: number;
  readonly sessionAffinity: boolean;
}
