import { Injectable } from '@nestjs/common';
import type { CountTokensRequest } from '@ccs/wire';
import { GatewayError } from '../errors/gateway-error.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { routeModel, type RouteRequest } from '../routing/model-router.js';
import { TokenEstimates } from '../tokens/token-estimates.js';
import { TokenCounter } from './internal/token-counter.js';

/** Counts a request's tokens without asking anybody: the o200k tokenizer times what was learnt of the model. */
@Injectable()
export class CountTokensService {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly counter: TokenCounter,
    private readonly estimates: TokenEstimates,
  ) {}

  async count(request: CountTokensRequest, wish: Omit<RouteRequest, 'model'>): Promise<number> {
    const tokens = await this.counter.count(request);
    return Math.max(1, Math.round(tokens * this.#factorFor({ model: request.model, ...wish })));
  }

  /** Of the model that would answer now; 1 where none would: a count never fails for want of a provider. */
  #factorFor(request: RouteRequest): number {
    try {
      const route = routeModel(request, this.catalog.snapshot(), {
        random: Math.random,
        latencyMs: () => undefined,
      });
      const target = route.targets[0];
      return target === undefined ? 1 : this.estimates.factorOf(`${target.provider.id} ${target.model}`);
    } catch (error) {
      if (error instanceof GatewayError) return 1;
      throw error;
    }
  }
}
