import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { collectPrices } from './internal/collect-prices.js';
import { PriceRepository } from './price.repository.js';
import { NO_PRICES, PriceTable } from './price-table.js';

/** The prices in force, in memory. A change of a price or of a provider swaps the whole table. */
@Injectable()
export class PriceList implements OnModuleInit {
  private table = NO_PRICES;

  constructor(
    private readonly repository: PriceRepository,
    private readonly catalog: ProviderCatalog,
    private readonly changes: ChangeFeed,
  ) {}

  /** Costs nothing; take it once per call. */
  current(): PriceTable {
    return this.table;
  }

  async onModuleInit(): Promise<void> {
    // After the catalog's own subscriber, which was there first: its module is imported.
    this.changes.subscribe('providers', () => this.reload());
    this.changes.subscribe('prices', () => this.reload());
    await this.reload();
  }

  private async reload(): Promise<void> {
    const set = await this.repository.load();
    this.table = new PriceTable([...collectPrices(this.catalog.snapshot().providers), ...set]);
  }
}
