import type { Price } from '../price-table.js';
import { SHIPPED_PRICES, type VendorPrices } from './shipped-prices.js';

/** What prices need to know of a provider. */
export interface PricedProvider {
  readonly name: string;
  readonly baseUrl: string;
  readonly tiers: ReadonlyMap<string, readonly string[]>;
  /** `prices` of its entry: model -> kind -> USD per million tokens. */
  readonly prices: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A dated release of a model costs what the model does. */
const RELEASE = /-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/** The prices that come with the providers themselves: their entries, and what ships for their vendors' models. */
export function collectPrices(providers: readonly PricedProvider[]): Price[] {
  return providers.flatMap((provider) => [...filePrices(provider), ...shippedPrices(provider)]);
}

/** USD per million tokens -> integer nano-USD per million tokens. */
export const nanoUsd = (usd: number): number => Math.round(usd * 1e9);

function filePrices({ name, prices }: PricedProvider): Price[] {
  return Object.entries(prices).map(([model, kinds]) => ({
    provider: name,
    model,
    source: 'file',
    validFromMs: 0,
    input: nanoOrNull(kinds['input']),
    output: nanoOrNull(kinds['output']),
    cacheRead: nanoOrNull(kinds['cache_read']),
    cacheWrite: nanoOrNull(kinds['cache_write']),
  }));
}

function shippedPrices({ name, baseUrl, tiers }: PricedProvider): Price[] {
  const vendor = vendorOf(baseUrl);
  if (vendor === undefined) return [];
  const models = new Set([...Object.keys(vendor.models), ...[...tiers.values()].flat()]);
  return [...models].flatMap((model) => {
    const row = ownRow(vendor, model) ?? ownRow(vendor, model.replace(RELEASE, ''));
    if (row === undefined) return [];
    const [input, output, cacheRead, cacheWrite] = row;
    return [
      {
        provider: name,
        model,
        source: 'shipped' as const,
        validFromMs: 0,
        input: nanoUsd(input),
        output: nanoUsd(output),
        cacheRead: nanoOrNull(cacheRead),
        cacheWrite: nanoOrNull(cacheWrite),
      },
    ];
  });
}

function ownRow({ models }: VendorPrices, model: string): VendorPrices['models'][string] | undefined {
  return Object.hasOwn(models, model) ? models[model] : undefined;
}

function vendorOf(baseUrl: string): VendorPrices | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const { hostname } = new URL(baseUrl);
  return SHIPPED_PRICES.find(({ hosts }) =>
    hosts.some((host) => (host.startsWith('.') ? hostname.endsWith(host) : hostname === host)),
  );
}

const nanoOrNull = (usd: number | undefined): number | null => (usd === undefined ? null : nanoUsd(usd));
