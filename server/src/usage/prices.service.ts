import { Injectable } from '@nestjs/common';
import type { ListPricesDto, PriceView, SetPriceDto } from '@ccs/dto';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { nanoUsd } from './internal/collect-prices.js';
import { SHIPPED_PRICES_DATE } from './internal/shipped-prices.js';
import { PriceList } from './price-list.js';
import { PriceRepository, type NewPrice } from './price.repository.js';
import type { Price } from './price-table.js';

/** Prices as people see and set them: USD per million tokens. */
@Injectable()
export class PricesService {
  constructor(
    private readonly priceList: PriceList,
    private readonly repository: PriceRepository,
    private readonly catalog: ProviderCatalog,
  ) {}

  /**
   * One row for each model of each provider, `source: null` where its price is unknown; with `history`, every price of
   * every time.
   */
  list({ history, provider }: ListPricesDto): readonly PriceView[] {
    const wanted = (name: string): boolean => provider === undefined || provider === name;
    const table = this.priceList.current();
    if (history === 'true') {
      return table
        .all()
        .filter((price) => wanted(price.provider))
        .map(view);
    }
    const now = Date.now();
    return this.models()
      .filter(([name]) => wanted(name))
      .map(([name, model]) => {
        const price = table.priceOf(name, model, now);
        return price === null ? unknownPrice(name, model) : view(price);
      });
  }

  async set(price: SetPriceDto, userId: number): Promise<readonly PriceView[]> {
    await this.repository.add(newPrice(price), userId);
    return this.list({ provider: price.provider });
  }

  /** Those of the providers' tiers, and those that a price was set for. */
  private models(): readonly (readonly [provider: string, model: string])[] {
    const models = new Map<string, readonly [string, string]>();
    const add = (provider: string, model: string): void => {
      models.set(JSON.stringify([provider, model]), [provider, model]);
    };
    for (const { name, tiers } of this.catalog.snapshot().providers) {
      for (const model of [...tiers.values()].flat()) add(name, model);
    }
    for (const price of this.priceList.current().all()) {
      if (price.source !== 'shipped') add(price.provider, price.model);
    }
    return [...models.values()].sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
  }
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function newPrice(price: SetPriceDto): NewPrice {
  const nano = (usd: number | null | undefined): number | null =>
    usd === null || usd === undefined ? null : nanoUsd(usd);
  return {
    provider: price.provider,
    model: price.model,
    validFrom: price.valid_from === undefined ? null : new Date(price.valid_from),
    input: nano(price.input),
    output: nano(price.output),
    cacheRead: nano(price.cache_read),
    cacheWrite: nano(price.cache_write),
  };
}

function view(price: Price): PriceView {
  const usd = (nano: number | null): number | null => (nano === null ? null : nano / 1e9);
  return {
    provider: price.provider,
    model: price.model,
    input: usd(price.input),
    output: usd(price.output),
    cache_read: usd(price.cacheRead),
    cache_write: usd(price.cacheWrite),
    source: price.source,
    valid_from: price.validFromMs === 0 ? null : new Date(price.validFromMs).toISOString(),
    list_date: price.source === 'shipped' ? SHIPPED_PRICES_DATE : null,
  };
}

const unknownPrice = (provider: string, model: string): PriceView => ({
  provider,
  model,
  input: null,
  output: null,
  cache_read: null,
  cache_write: null,
  source: null,
  valid_from: null,
  list_date: null,
});
