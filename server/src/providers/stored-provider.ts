import type { ProviderEntry, RoutingSettings } from '../config/provider-file.js';
import type { Secret } from '../config/secret.js';
import type { ProviderSettings } from './provider.entity.js';

/** A text that is used as it stands, or (from the file only) with its references resolved. */
export interface StoredText<T> {
  readonly text: T;
  readonly isReference: boolean;
}

export interface StoredRow {
  /** The file made it. */
  readonly fromFile: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A provider as the database has it, secrets opened, references not yet resolved. */
export interface StoredProvider {
  readonly id: number;
  readonly name: string;
  readonly apiFormat: ProviderEntry['api_format'];
  readonly enabled: boolean;
  readonly priority: number;
  readonly baseUrl: StoredText<string>;
  readonly apiKey: StoredText<Secret> | null;
  readonly customHeaders: readonly (readonly [name: string, value: StoredText<Secret>])[];
  /** Tier -> models in order. */
  readonly models: ReadonlyMap<string, readonly string[]>;
  readonly settings: ProviderSettings;
  /** What only the administration looks at; absent of a provider that is not stored. */
  readonly row?: StoredRow;
  /** Why its secrets cannot be opened; null: they are. */
  readonly unreadable: string | null;
}

export interface StoredCatalog {
  /** By priority, then position. */
  readonly providers: readonly StoredProvider[];
  readonly routing: RoutingSettings;
}
