import type { FallbackStrategy } from './routable-provider.js';
import type { RoutingStrategy } from './routing-strategies.js';

const NAMES: readonly FallbackStrategy[] = ['priority', 'random', 'weighted', 'least-latency'];

/** The strategies by name; complete, or the process does not start. */
export class RoutingStrategyRegistry {
  readonly #strategies: ReadonlyMap<FallbackStrategy, RoutingStrategy>;

  constructor(strategies: readonly RoutingStrategy[]) {
    this.#strategies = new Map(strategies.map((strategy) => [strategy.name, strategy]));
    const isComplete = NAMES.every((name) => this.#strategies.has(name));
    if (!isComplete || strategies.length !== NAMES.length) {
      throw new Error(`routing strategies: need exactly one for each of ${NAMES.join(', ')}`);
    }
  }

  of(name: FallbackStrategy): RoutingStrategy {
    const strategy = this.#strategies.get(name);
    if (strategy === undefined) throw new Error(`no routing strategy ${name}`);
    return strategy;
  }
}
