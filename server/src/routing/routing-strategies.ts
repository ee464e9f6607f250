import type { FallbackStrategy, RoutableProvider } from './routable-provider.js';

/** A number in [0, 1). */
export type Random = () => number;

export interface OrderContext<P extends RoutableProvider = RoutableProvider> {
  readonly random: Random;
  /** Milliseconds to the first event, smoothed; undefined when there is no measurement. */
  readonly latencyMs: (provider: P) => number | undefined;
}

/** One way to order those who could serve a call. One per `fallback_strategy`. */
export interface RoutingStrategy {
  readonly name: FallbackStrategy;
  /** @param providers by ascending priority, then in file order */
  orderProviders<P extends RoutableProvider>(providers: readonly P[], context: OrderContext<P>): readonly P[];
  /** The models of a tier at one provider. */
  orderModels(models: readonly string[], random: Random): readonly string[];
}

export const ROUTING_STRATEGIES = Symbol('ROUTING_STRATEGIES');

const asListed = (models: readonly string[]): readonly string[] => models;

export const priorityStrategy: RoutingStrategy = {
  name: 'priority',
  orderProviders: (providers) => providers,
  orderModels: asListed,
};

/** A random provider, then a random model of the tier. */
export const randomStrategy: RoutingStrategy = {
  name: 'random',
  orderProviders: (providers, { random }) => weightedShuffle(providers, () => 1, random),
  orderModels: (models, random) => weightedShuffle(models, () => 1, random),
};

export const weightedStrategy: RoutingStrategy = {
  name: 'weighted',
  orderProviders: (providers, { random }) => weightedShuffle(providers, ({ weight }) => weight, random),
  orderModels: asListed,
};

/** A provider without a measurement counts as fastest, so that it gets measured. */
export const leastLatencyStrategy: RoutingStrategy = {
  name: 'least-latency',
  orderProviders: (providers, { latencyMs }) =>
    providers
      .map((provider) => ({ provider, latencyMs: latencyMs(provider) ?? 0 }))
      .sort((a, b) => a.latencyMs - b.latencyMs)
      .map(({ provider }) => provider),
  orderModels: asListed,
};

export const ALL_STRATEGIES: readonly RoutingStrategy[] = [
  priorityStrategy,
  randomStrategy,
  weightedStrategy,
  leastLatencyStrategy,
];

/** Draws without putting back, each draw in proportion to the weights left (Efraimidis–Spirakis keys). */
function weightedShuffle<T>(
  items: readonly T[],
  weightOf: (item: T) => number,
  random: Random,
): readonly T[] {
  if (items.length < 2) return items;
  return items
    .map((item) => {
      const weight = weightOf(item);
      return { item, key: weight > 0 ? -Math.log(1 - random()) / weight : Infinity };
    })
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
