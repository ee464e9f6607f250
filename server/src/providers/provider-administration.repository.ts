import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { ConflictError, NotFoundError, ValidationFailedError } from '../errors/caller-errors.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ConfigChangeRepository } from './config-change.repository.js';
import type { ChangeAuthor, ConfigChange } from './config-change.js';
import { shownDifference, shownEntry } from './entry-values.js';
import type { ProviderEdit } from './provider-edit.js';
import { ProviderWriter } from './provider-writer.repository.js';
import { Provider } from './provider.entity.js';
import { ProviderRepository } from './provider.repository.js';
import type { StoredProvider } from './stored-provider.js';

/** Which provider is meant; without a format every one of that name. */
export interface ProviderChoice {
  readonly name: string;
  readonly apiFormat: StoredProvider['apiFormat'] | undefined;
}

/**
 * Providers in the database, for those who administer them. Every change is published and recorded in its own
 * transaction; changes take turns with one another and with the file.
 */
@Injectable()
export class ProviderAdministrationRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly providers: ProviderRepository,
    private readonly writer: ProviderWriter,
    private readonly history: ConfigChangeRepository,
    private readonly changes: ChangeFeed,
  ) {}

  /** @throws NotFoundError when there is none */
  async find(choice: ProviderChoice): Promise<readonly StoredProvider[]> {
    return this.findIn(this.dataSource.manager, choice);
  }

  /** Null: there is no such number. */
  async findById(id: number): Promise<StoredProvider | null> {
    const { manager } = this.dataSource;
    const provider = await manager.findOneBy(Provider, { id });
    return provider === null ? null : this.providers.read(manager, provider);
  }

  /** @throws ConflictError when name and format are taken */
  create(edit: ProviderEdit, author: ChangeAuthor): Promise<StoredProvider> {
    return this.writing(async (transaction) => {
      const { entry } = edit;
      await refuseTaken(transaction, entry.name, entry.api_format);
      const [last] = await transaction.query<{ position: number }[]>(
        'select coalesce(max(position), -1)::integer as position from providers',
      );
      const position = (last?.position ?? -1) + 1;
      const created = await this.writer.create(transaction, entry, { fromFile: false, position });
      const stored = await this.providers.read(transaction, created);
      const change = { ...changeOf(stored, author, 'create'), before: null, after: shownEntry(stored) };
      await this.history.record(transaction, [change]);
      return stored;
    });
  }

  /**
   * Changes each that is meant, as `decide` says of it.
   *
   * @throws NotFoundError, ConflictError for a taken name, and whatever `decide` throws
   */
  update(
    choice: ProviderChoice,
    decide: (stored: StoredProvider) => ProviderEdit,
    author: ChangeAuthor,
  ): Promise<readonly StoredProvider[]> {
    return this.writing(async (transaction) => {
      const results: StoredProvider[] = [];
      const made: ConfigChange[] = [];
      for (const before of await this.findIn(transaction, choice)) {
        const edit = decide(before);
        const after = await this.write(transaction, before, edit);
        results.push(after);
        if (edit.keys.size === 0) continue;
        const difference = shownDifference(shownEntry(before), shownEntry(after), edit.replaced);
        made.push({ ...changeOf(after, author, 'update'), ...difference });
      }
      await this.history.record(transaction, made);
      return results;
    });
  }

  /** @throws NotFoundError */
  delete(choice: ProviderChoice, author: ChangeAuthor): Promise<void> {
    return this.writing(async (transaction) => {
      const made: ConfigChange[] = [];
      for (const stored of await this.findIn(transaction, choice)) {
        await transaction.delete(Provider, { id: stored.id });
        made.push({ ...changeOf(stored, author, 'delete'), before: shownEntry(stored), after: null });
      }
      await this.history.record(transaction, made);
    });
  }

  /**
   * Priorities become 1, 2, 3 … in this order.
   *
   * @throws ValidationFailedError unless it has every provider
   */
  order(ids: readonly number[], author: ChangeAuthor): Promise<void> {
    return this.writing(async (transaction) => {
      const all = await transaction.find(Provider, { order: { id: 'ASC' } });
      const byId = new Map(all.map((provider) => [provider.id, provider]));
      if (ids.length !== all.length || !ids.every((id) => byId.has(id))) {
        const detail = `ids must be those of all ${all.length} providers, each once: somebody may have added or deleted one`;
        throw new ValidationFailedError([{ pointer: '/ids', code: 'not_all_providers', detail }]);
      }
      const made: ConfigChange[] = [];
      for (const [index, id] of ids.entries()) {
        const provider = byId.get(id);
        if (provider === undefined) continue;
        const priority = index + 1;
        const before = { priority: provider.priority };
        Object.assign(provider, { priority, position: index });
        await transaction.save(provider);
        if (before.priority === priority) continue;
        const target = { id, name: provider.name, format: provider.apiFormat };
        made.push({ area: 'provider', act: 'update', author, target, before, after: { priority } });
      }
      await this.history.record(transaction, made);
    });
  }

  private async write(
    transaction: EntityManager,
    before: StoredProvider,
    edit: ProviderEdit,
  ): Promise<StoredProvider> {
    if (edit.keys.size === 0) return before;
    const provider = await transaction.findOneByOrFail(Provider, { id: before.id });
    if (edit.keys.has('name')) {
      await refuseTaken(transaction, edit.entry.name, provider.apiFormat);
      provider.name = edit.entry.name;
    }
    await this.writer.write(transaction, provider, edit.entry, edit.keys);
    // Models have a table of their own: a change of them alone is a change of the provider all the same.
    if (provider.version === before.row?.version) {
      await transaction.query(
        'update providers set version = version + 1, updated_at = now() where id = $1',
        [before.id],
      );
    }
    const written = await transaction.findOneByOrFail(Provider, { id: before.id });
    return this.providers.read(transaction, written);
  }

  private async findIn(transaction: EntityManager, choice: ProviderChoice): Promise<StoredProvider[]> {
    const { name, apiFormat } = choice;
    const found = await transaction.find(Provider, {
      where: apiFormat === undefined ? { name } : { name, apiFormat },
      order: { priority: 'ASC', position: 'ASC', id: 'ASC' },
    });
    if (found.length === 0) {
      throw new NotFoundError(
        `There is no provider '${name}'${apiFormat === undefined ? '' : ` of the format ${apiFormat}`}`,
      );
    }
    const stored: StoredProvider[] = [];
    for (const provider of found) stored.push(await this.providers.read(transaction, provider));
    return stored;
  }

  private async writing<T>(work: (transaction: EntityManager) => Promise<T>): Promise<T> {
    const result = await this.dataSource.transaction(async (transaction) => {
      await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.providerFile]);
      await this.changes.publish('providers', transaction);
      return work(transaction);
    });
    await this.changes.catchUp('providers');
    return result;
  }
}

async function refuseTaken(
  transaction: EntityManager,
  name: string,
  apiFormat: StoredProvider['apiFormat'],
): Promise<void> {
  if (!(await transaction.existsBy(Provider, { name, apiFormat }))) return;
  throw new ConflictError(`There is a provider '${name}' of the format ${apiFormat} already`);
}

const changeOf = (
  { id, name, apiFormat }: StoredProvider,
  author: ChangeAuthor,
  act: ConfigChange['act'],
): Pick<ConfigChange, 'area' | 'act' | 'author' | 'target'> => ({
  area: 'provider',
  act,
  author,
  target: { id, name, format: apiFormat },
});
