import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ProviderEntry, ProviderFile } from '../config/provider-file.js';
import { hasReference } from '../config/references.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { providerFileChanges, type EntryChange, type ProviderFileChanges } from './provider-file-changes.js';
import { Provider, ProviderModel, type ProviderSettings } from './provider.entity.js';
import { StoredSecrets } from './stored-secrets.js';

const FILE_SETTING = 'provider_file';
const ROUTING_SETTING = 'routing';

/** Writes what changed in provider.json, and remembers the text it came from. */
@Injectable()
export class ProviderFileRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: StoredSecrets,
    private readonly changes: ChangeFeed,
  ) {}

  /** Whether nothing has been configured yet, by file or otherwise. */
  async isEmpty(): Promise<boolean> {
    const [row] = await this.dataSource.query<{ used: boolean }[]>(
      `select exists (select 1 from providers) or exists (select 1 from settings where key = $1) as used`,
      [FILE_SETTING],
    );
    return row?.used !== true;
  }

  /**
   * Applies the difference between the text last applied and `text`, of which `file` is the content; processes take
   * turns. Null: the text is the one last applied. `parse` reads the earlier text.
   */
  async apply(
    text: string,
    file: ProviderFile,
    parse: (text: string) => ProviderFile,
  ): Promise<ProviderFileChanges | null> {
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.providerFile]);
      const applied = await this.textLastApplied(transaction);
      if (applied === text) return null;
      const changes = providerFileChanges(applied === null ? null : parse(applied), file);
      for (const { name, api_format: apiFormat } of changes.removed) {
        await transaction.delete(Provider, { name, apiFormat, fromFile: true });
      }
      for (const change of changes.entries) await this.applyEntry(transaction, change);
      await this.applyRouting(transaction, changes);
      await putSetting(transaction, FILE_SETTING, { text: this.secrets.sealFileText(text) });
      await this.changes.publish('providers', transaction);
      return changes;
    });
  }

  private async textLastApplied(transaction: EntityManager): Promise<string | null> {
    const [row] = await transaction.query<{ text: string }[]>(
      `select value ->> 'text' as text from settings where key = $1`,
      [FILE_SETTING],
    );
    return row === undefined ? null : this.secrets.openFileText(row.text).reveal();
  }

  private async applyEntry(transaction: EntityManager, change: EntryChange): Promise<void> {
    const { entry, position } = change;
    const identity = { name: entry.name, apiFormat: entry.api_format };
    const existing = await transaction.findOneBy(Provider, identity);
    if (existing === null) {
      // Only moved: it was deleted in the portal, and the file says nothing new about it.
      if (change.keys.size === 0) return;
      const created = transaction.create(Provider, {
        ...identity,
        baseUrl: entry.base_url,
        fromFile: true,
        position,
      });
      const saved = await transaction.save(created);
      await this.write(transaction, saved, entry, new Set(ALL_KEYS));
      return;
    }
    existing.position = position;
    // A key that somebody set elsewhere must not travel to another host: there, the file's own counts.
    const secrets = sameOrigin(existing.baseUrl, entry.base_url)
      ? []
      : (['api_key', 'custom_headers'] as const);
    await this.write(transaction, existing, entry, new Set([...change.keys, ...secrets]));
  }

  private async write(
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

  private async applyRouting(transaction: EntityManager, { routing }: ProviderFileChanges): Promise<void> {
    if (routing.size === 0) return;
    const [row] = await transaction.query<{ value: Record<string, unknown> }[]>(
      'select value from settings where key = $1',
      [ROUTING_SETTING],
    );
    // JSON leaves out what is undefined.
    await putSetting(transaction, ROUTING_SETTING, { ...row?.value, ...Object.fromEntries(routing) });
  }
}

const SETTING_KEYS = [
  'api_version', 'timeout', 'plain_timeout', 'stream_idle_timeout', 'max_retries', 'max_tokens_limit', 'weight',
  'max_concurrency', 'auth', 'ca', 'count_tokens', 'preset', 'profile', 'model_profiles', 'prices', 'resume_streams',
  'strict', 'default_tier',
] as const satisfies readonly (keyof ProviderSettings)[]; // prettier-ignore

const ALL_KEYS: readonly (keyof ProviderEntry)[] = [
  'enabled', 'priority', 'base_url', 'api_key', 'custom_headers', 'models', ...SETTING_KEYS,
]; // prettier-ignore

function sameOrigin(before: string, after: string): boolean {
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

async function putSetting(transaction: EntityManager, key: string, value: unknown): Promise<void> {
  await transaction.query(
    `insert into settings (key, value) values ($1, $2::jsonb)
     on conflict (key) do update
       set value = excluded.value, version = settings.version + 1, updated_at = now()`,
    [key, JSON.stringify(value)],
  );
}
