import type { RoutableProvider, RoutingTable } from './routable-provider.js';

/** A number in [0, 1). */
export type Random = () => number;

/**
 * The providers in the order a strategy tries them. `providers` come by ascending priority. `least-latency`
 * needs measurements; a provider without any counts as fastest, so that it gets measured.
 */
export function orderProviders<P extends RoutableProvider>(
  providers: readonly P[],
  strategy: RoutingTable['fallbackStrategy'],
  random: Random,
  latencyMs: (provider: P) => number | undefined,
): readonly P[] {
  switch (strategy) {
    case 'priority':
      return providers;
    case 'random':
      return weightedShuffle(providers, () => 1, random);
    case 'weighted':
      return weightedShuffle(providers, (provider) => provider.weight, random);
    case 'least-latency':
      return [...providers].sort((a, b) => (latencyMs(a) ?? 0) - (latencyMs(b) ?? 0));
    default:
      return strategy satisfies never;
  }
}

/** Draws without putting back, each draw in proportion to the weights left (Efraimidis–Spirakis keys). */
function weightedShuffle<P>(
  items: readonly P[],
  weightOf: (item: P) => number,
  random: Random,
): readonly P[] {
  return items
    .map((item) => {
      const weight = weightOf(item);
      return { item, key: weight > 0 ? -Math.log(1 - random()) / weight : Infinity };
    })
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** A copy in random order, every order equally likely. */
export function shuffle<T>(items: readonly T[], random: Random): readonly T[] {
  return weightedShuffle(items, () => 1, random);
}
