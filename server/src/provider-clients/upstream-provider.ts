import type { Secret } from '../config/secret.js';
import type { Dialect } from '../routing/routable-provider.js';

/** What it takes to send a call to a provider. The catalog's entries are such; frozen, they serve as cache keys. */
export interface UpstreamProvider {
  readonly id: number;
  readonly name: string;
  readonly dialect: Dialect;
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
}
