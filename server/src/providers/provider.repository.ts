import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Secret } from '../config/secret.js';
import { UnreadableSecretError } from '../database/secret-box.js';
import { Provider, ProviderModel } from './provider.entity.js';
import { SettingsRepository } from './settings.repository.js';
import type { StoredCatalog, StoredProvider, StoredText } from './stored-provider.js';
import { StoredSecrets } from './stored-secrets.js';

/** Providers and routing settings as the database has them. */
@Injectable()
export class ProviderRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: StoredSecrets,
    private readonly settings: SettingsRepository,
  ) {}

  /** One consistent view of everything. */
  async load(): Promise<StoredCatalog> {
    return this.dataSource.transaction('REPEATABLE READ', async (transaction) => {
      const providers = await transaction.find(Provider, {
        order: { priority: 'ASC', position: 'ASC', id: 'ASC' },
      });
      const models = await transaction.find(ProviderModel, { order: { tier: 'ASC', position: 'ASC' } });
      const tiers = tiersByProvider(models);
      const { routing } = await this.settings.routing(transaction);
      return {
        providers: providers.map((provider) => this.stored(provider, tiers.get(provider.id) ?? new Map())),
        routing,
      };
    });
  }

  /** One row as it is in this transaction, its models and secrets with it. */
  async read(transaction: EntityManager, provider: Provider): Promise<StoredProvider> {
    const models = await transaction.find(ProviderModel, {
      where: { providerId: provider.id },
      order: { tier: 'ASC', position: 'ASC' },
    });
    return this.stored(provider, tiersByProvider(models).get(provider.id) ?? new Map());
  }

  private stored(provider: Provider, models: StoredProvider['models']): StoredProvider {
    const { id, name, apiFormat, enabled, priority, settings } = provider;
    const isReference = (field: string): boolean => provider.referenceFields.includes(field);
    const { fromFile, version, createdAt, updatedAt } = provider;
    const row = { fromFile, version, createdAt, updatedAt };
    const plain = { id, name, apiFormat, enabled, priority, settings, models, row };
    const baseUrl: StoredText<string> = { text: provider.baseUrl, isReference: isReference('base_url') };
    try {
      const apiKey = this.openKey(provider, isReference('api_key'));
      const customHeaders = Object.entries(provider.customHeaders).map(([header, sealed]) => {
        const text = this.secrets.openHeader(id, header, sealed);
        return [header, { text, isReference: isReference(`custom_headers.${header}`) }] as const;
      });
      return { ...plain, baseUrl, apiKey, customHeaders, unreadable: null };
    } catch (error) {
      if (!(error instanceof UnreadableSecretError)) throw error;
      return { ...plain, baseUrl, apiKey: null, customHeaders: [], unreadable: error.message };
    }
  }

  private openKey({ id, apiKey }: Provider, isReference: boolean): StoredText<Secret> | null {
    return apiKey === null ? null : { text: this.secrets.openApiKey(id, apiKey), isReference };
  }
}

function tiersByProvider(rows: readonly ProviderModel[]): ReadonlyMap<number, StoredProvider['models']> {
  const tiers = new Map<number, Map<string, string[]>>();
  for (const { providerId, tier, model } of rows) {
    const own = tiers.get(providerId) ?? new Map<string, string[]>();
    tiers.set(providerId, own.set(tier, [...(own.get(tier) ?? []), model]));
  }
  return tiers;
}
