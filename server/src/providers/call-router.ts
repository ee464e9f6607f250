import { Inject, Injectable } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { routeModel, type Route, type RouteContext } from '../routing/model-router.js';
import { readRoutingHeaders } from '../routing/read-routing-headers.js';
import { ROUTING_STRATEGIES, type RoutingStrategy } from '../routing/routing-strategies.js';
import { RoutingStrategyRegistry } from '../routing/routing-strategy-registry.js';
import type { CatalogProvider, CatalogSnapshot } from './catalog-provider.js';
import { ProviderHealthBoard } from './provider-health-board.js';

/** Routes a call by its model and its headers, with what this process knows of the providers. */
@Injectable()
export class CallRouter {
  readonly #context: RouteContext<CatalogProvider>;

  constructor(
    @Inject(ROUTING_STRATEGIES) strategies: readonly RoutingStrategy[],
    board: ProviderHealthBoard,
  ) {
    this.#context = {
      strategies: new RoutingStrategyRegistry(strategies),
      random: Math.random,
      latencyMs: (provider) => board.latencyMs(provider),
    };
  }

  /** @throws as `routeModel`; InvalidRequestError for a routing header that says nothing known */
  route(model: string, headers: IncomingHttpHeaders, table: CatalogSnapshot): Route<CatalogProvider> {
    return routeModel({ model, ...readRoutingHeaders(headers) }, table, this.#context);
  }
}
