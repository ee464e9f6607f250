import { Injectable, type OnModuleInit } from '@nestjs/common';
import { UpstreamPools } from '../provider-clients/upstream-pools.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { buildCatalog } from './build-catalog.js';
import { CatalogBuilder } from './catalog-builder.js';
import type { CatalogSnapshot } from './catalog-provider.js';
import { ProviderFileImport } from './provider-file-import.js';
import { ProviderRepository } from './provider.repository.js';

const EMPTY: CatalogSnapshot = buildCatalog({ providers: [], routing: {} }, {}, 0);

/**
 * All providers and the routing rules, in memory. A change swaps the whole snapshot; whoever holds one keeps it for
 * the length of his call.
 */
@Injectable()
export class ProviderCatalog implements OnModuleInit {
  private current = EMPTY;

  constructor(
    private readonly repository: ProviderRepository,
    private readonly fileImport: ProviderFileImport,
    private readonly changes: ChangeFeed,
    private readonly builder: CatalogBuilder,
    private readonly pools: UpstreamPools,
  ) {}

  /** Costs nothing; take it once per call. */
  snapshot(): CatalogSnapshot {
    return this.current;
  }

  /** The file first, so that the first snapshot has what it says. */
  async onModuleInit(): Promise<void> {
    this.changes.subscribe('providers', () => this.reload());
    await this.fileImport.run();
    await this.reload();
  }

  private async reload(): Promise<void> {
    const stored = await this.repository.load();
    this.current = this.builder.build(stored, this.current.version + 1);
    this.pools.keepOnly(this.current.providers.filter(({ enabled }) => enabled));
  }
}
