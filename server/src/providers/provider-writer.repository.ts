import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ProviderEntry } from '../config/provider-file.js';
import { hasReference } from '../config/references.js';
import { Provider, ProviderModel, type ProviderSettings } from './provider.entity.js';
import { StoredSecrets } from './stored-secrets.js';

const SETTING_KEYS = [
  'api_version', 'timeout', 'plain_timeout', 'stream_idle_timeout', 'max_retries', 'max_tokens_limit', 'weight',
  'max_concurrency', 'auth', 'ca', 'count_tokens', 'preset', 'profile', 'model_profiles', 'prices', 'resume_streams',
  'strict', 'default_tier',
] as const satisfies readonly (keyof ProviderSettings)[]; // prettier-ignore

/** Every key of an entry but its identity. */
export const ENTRY_KEYS: readonly (keyof ProviderEntry)[] = [
  'enabled', 'priority', 'base_url', 'api_key', 'custom_headers', 'models', ...SETTING_KEYS,
]; // prettier-ignore

/** Writes keys of an entry into the columns of its row. */
@Injectable()
export class ProviderWriter {
  constructor(private readonly secrets: StoredSecrets) {}

  /** A row for an entry that has none yet. */
  async create(
    transaction: EntityManager,
    entry: ProviderEntry,
    { fromFile, position }: { readonly fromFile: boolean; readonly position: number },
  ): Promise<Provider> {
    const created = transaction.create(Provider, {
      name: entry.name,
      apiFormat: entry.api_format,
      baseUrl: entry.base_url,
      fromFile,
      position,
    });
    // Secrets are bound to the number of their row: it has to be there first.
    const saved = await transaction.save(created);
    await this.write(transaction, saved, entry, new Set(ENTRY_KEYS));
    return saved;
  }

  /** References in texts are marked as such: whoever may not write any has refused them before. */
  async write(
    transaction: EntityManager,
    provider: Provider,
    entry: ProviderEntry,
    keys: ReadonlySet<keyof ProviderEntry>,
  ): Promise<void> {
    if (keys.has('enabled')) provider.enabled = entry.enabled ?? true;
    if (keys.has('priority')) provider.priority = entry.priority ?? 1;
    if (keys.has('base_url')) this.writeBaseUrl(provider, entry);
    if (keys.has('api_key')) this.writeApiKey(provider, entry);
    if (keys.has('custom_headers')) this.writeHeaders(provider, entry);
    provider.settings = changedSettings(provider.settings, entry, keys);
    await transaction.save(provider);
    if (keys.has('models')) await replaceModels(transaction, provider.id, entry);
  }

  private writeBaseUrl(provider: Provider, entry: ProviderEntry): void {
    provider.baseUrl = entry.base_url;
    markReferences(provider, ['base_url'], hasReference(entry.base_url) ? ['base_url'] : []);
  }

  private writeApiKey(provider: Provider, { api_key: key }: ProviderEntry): void {
    provider.apiKey = key === undefined || key === '' ? null : this.secrets.sealApiKey(provider.id, key);
    markReferences(provider, ['api_key'], hasReference(key ?? '') ? ['api_key'] : []);
  }

  private writeHeaders(provider: Provider, { custom_headers: headers = {} }: ProviderEntry): void {
    const before = Object.keys(provider.customHeaders);
    const entries = Object.entries(headers);
    provider.customHeaders = Object.fromEntries(
      entries.map(([name, value]) => [name, this.secrets.sealHeader(provider.id, name, value)]),
    );
    const field = (name: string): string => `custom_headers.${name}`;
    const references = entries.filter(([, value]) => hasReference(value)).map(([name]) => field(name));
    markReferences(provider, [...before, ...Object.keys(headers)].map(field), references);
  }
}

/** Whether both addresses are of one host, scheme and port: only then may secrets stay. */
export function sameOrigin(before: string, after: string): boolean {
  if (before === after) return true;
  return URL.canParse(before) && URL.canParse(after) && new URL(before).origin === new URL(after).origin;
}

function changedSettings(
  settings: ProviderSettings,
  entry: ProviderEntry,
  keys: ReadonlySet<keyof ProviderEntry>,
): ProviderSettings {
  const changed = SETTING_KEYS.filter((key) => keys.has(key)).map((key) => [key, entry[key]] as const);
  const all = { ...settings, ...Object.fromEntries(changed) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function markReferences(provider: Provider, of: readonly string[], references: readonly string[]): void {
  provider.referenceFields = [
    ...provider.referenceFields.filter((field) => !of.includes(field)),
    ...references,
  ];
}

async function replaceModels(
  transaction: EntityManager,
  providerId: number,
  entry: ProviderEntry,
): Promise<void> {
  await transaction.delete(ProviderModel, { providerId });
  const rows = Object.entries(entry.models ?? {}).flatMap(([tier, models]) =>
    models.map((model, position) => ({ providerId, tier, position, model })),
  );
  if (rows.length > 0) await transaction.insert(ProviderModel, rows);
}
