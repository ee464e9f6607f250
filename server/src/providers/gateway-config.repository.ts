import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RoutingSettings } from '../config/provider-file.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ConfigChangeRepository } from './config-change.repository.js';
import type { ChangeAuthor } from './config-change.js';
import { differingFields } from './differing-fields.js';
import { SettingsRepository, type StoredRouting } from './settings.repository.js';

/** The settings of the whole gateway, for those who administer them. */
@Injectable()
export class GatewayConfigRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: SettingsRepository,
    private readonly history: ConfigChangeRepository,
    private readonly changes: ChangeFeed,
  ) {}

  read(): Promise<StoredRouting> {
    return this.settings.routing(this.dataSource.manager);
  }

  /**
   * In force in this process when it resolves, everywhere within a second.
   *
   * @param decide looks at what is there, and says what is to be
   */
  async change(
    decide: (stored: StoredRouting) => RoutingSettings,
    author: ChangeAuthor,
  ): Promise<StoredRouting> {
    const result = await this.dataSource.transaction(async (transaction) => {
      await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.providerFile]);
      const stored = await this.settings.routing(transaction, true);
      const wanted = decide(stored);
      const difference = differingFields(stored.routing, wanted);
      if (difference === null) return stored;
      await this.settings.putRouting(transaction, wanted);
      await this.changes.publish('providers', transaction);
      const written = await this.settings.routing(transaction);
      await this.history.record(transaction, [
        { area: 'config', act: 'update', author, target: null, ...difference },
      ]);
      return written;
    });
    await this.changes.catchUp('providers');
    return result;
  }
}
