import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ProviderEntry, ProviderFile } from '../config/provider-file.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ConfigChangeRepository } from './config-change.repository.js';
import { FILE_AUTHOR, type ConfigChange } from './config-change.js';
import { shownDifference, shownEntry } from './entry-values.js';
import { providerFileChanges, type EntryChange, type ProviderFileChanges } from './provider-file-changes.js';
import { ProviderWriter, sameOrigin } from './provider-writer.repository.js';
import { Provider } from './provider.entity.js';
import { ProviderRepository } from './provider.repository.js';
import { SettingsRepository } from './settings.repository.js';
import { StoredSecrets } from './stored-secrets.js';

const FILE_SETTING = 'provider_file';

/** A text of the file, and what is in it. */
export interface FileContent {
  readonly text: string;
  readonly file: ProviderFile;
}

/** Writes what changed in provider.json, and remembers the text it came from. */
@Injectable()
export class ProviderFileRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: StoredSecrets,
    private readonly providers: ProviderRepository,
    private readonly writer: ProviderWriter,
    private readonly settings: SettingsRepository,
    private readonly history: ConfigChangeRepository,
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
   * Applies the difference between the text last applied and the present one; processes take turns, and each reads the
   * file when it is its turn: an older text never follows a newer one. Null: nothing was to be done.
   *
   * @param read null: the file cannot be used now
   * @param parse reads the earlier text
   */
  async apply(
    read: () => Promise<FileContent | null>,
    parse: (text: string) => ProviderFile,
  ): Promise<ProviderFileChanges | null> {
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.providerFile]);
      const content = await read();
      const applied = await this.textLastApplied(transaction);
      if (content === null || applied === content.text) return null;
      const changes = providerFileChanges(applied === null ? null : parse(applied), content.file);
      await this.settings.put(transaction, FILE_SETTING, { text: this.secrets.sealFileText(content.text) });
      await this.changes.publish('providers', transaction);
      await this.history.record(transaction, [
        ...(await this.removeAll(transaction, changes)),
        ...(await this.writeAll(transaction, changes.entries)),
        ...(await this.applyRouting(transaction, changes)),
      ]);
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

  private async removeAll(
    transaction: EntityManager,
    { removed }: ProviderFileChanges,
  ): Promise<ConfigChange[]> {
    const made: ConfigChange[] = [];
    for (const { name, api_format: apiFormat } of removed) {
      const provider = await transaction.findOneBy(Provider, { name, apiFormat, fromFile: true });
      if (provider === null) continue;
      const before = shownEntry(await this.providers.read(transaction, provider));
      const target = { id: provider.id, name, format: apiFormat };
      await transaction.remove(provider);
      made.push({ area: 'provider', act: 'delete', author: FILE_AUTHOR, target, before, after: null });
    }
    return made;
  }

  private async writeAll(
    transaction: EntityManager,
    entries: readonly EntryChange[],
  ): Promise<ConfigChange[]> {
    const made: ConfigChange[] = [];
    for (const change of entries) made.push(...(await this.applyEntry(transaction, change)));
    return made;
  }

  private async applyEntry(transaction: EntityManager, change: EntryChange): Promise<ConfigChange[]> {
    const { entry, position } = change;
    const identity = { name: entry.name, apiFormat: entry.api_format };
    const existing = await transaction.findOneBy(Provider, identity);
    const by = { area: 'provider', author: FILE_AUTHOR } as const;
    if (existing === null) {
      // Only moved: it was deleted in the portal, and the file says nothing new about it.
      if (change.keys.size === 0) return [];
      const created = await this.writer.create(transaction, entry, { fromFile: true, position });
      const after = shownEntry(await this.providers.read(transaction, created));
      const target = { id: created.id, name: entry.name, format: entry.api_format };
      return [{ ...by, act: 'create', target, before: null, after }];
    }
    const before = shownEntry(await this.providers.read(transaction, existing));
    existing.position = position;
    // A key that somebody set elsewhere must not travel to another host: there, the file's own counts.
    const secrets: (keyof ProviderEntry)[] = sameOrigin(existing.baseUrl, entry.base_url)
      ? []
      : ['api_key', 'custom_headers'];
    const keys = new Set([...change.keys, ...secrets]);
    await this.writer.write(transaction, existing, entry, keys);
    const after = shownEntry(await this.providers.read(transaction, existing));
    const replaced = new Set(
      [...keys].filter((key) => (key === 'api_key' || key === 'custom_headers') && change.keys.has(key)),
    );
    const difference = shownDifference(before, after, replaced);
    if (Object.keys(difference.after).length + Object.keys(difference.before).length === 0) return [];
    const target = { id: existing.id, name: entry.name, format: entry.api_format };
    return [{ ...by, act: 'update', target, ...difference }];
  }

  private async applyRouting(
    transaction: EntityManager,
    { routing }: ProviderFileChanges,
  ): Promise<ConfigChange[]> {
    if (routing.size === 0) return [];
    const { routing: stored } = await this.settings.routing(transaction, true);
    const before = Object.fromEntries([...routing.keys()].map((key) => [key, stored[key]]));
    const after = Object.fromEntries(routing);
    await this.settings.putRouting(transaction, { ...stored, ...after });
    return [{ area: 'config', act: 'update', author: FILE_AUTHOR, target: null, before, after }];
  }
}
