import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors/gateway-error.js';
import { mayUseTarget } from '../limits/call-scope.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { CallRouter } from '../providers/call-router.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import type { Target } from '../routing/routable-provider.js';
import { TokenCounter } from '../tokenizer/token-counter.js';
import { TokenEstimates } from '../tokens/token-estimates.js';
import type { CountCall } from './count-call.js';
import { UpstreamTokenCount } from './upstream-token-count.js';

/**
 * Counts a request's tokens: the o200k tokenizer times what was learnt of the model, or by asking the provider
 * where its entry says so and it answers.
 */
@Injectable()
export class CountTokensService {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly router: CallRouter,
    private readonly upstream: UpstreamTokenCount,
    private readonly counter: TokenCounter,
    private readonly estimates: TokenEstimates,
  ) {}

  async count(call: CountCall): Promise<number> {
    const target = this.#targetOf(call);
    if (target?.provider.countTokens === 'upstream' && target.provider.dialect === 'anthropic') {
      const counted = await this.upstream.ask(call, target);
      if (counted !== null) return counted;
    }
    const tokens = await this.counter.count(call.request);
    const factor =
      target === undefined ? 1 : this.estimates.factorOf(`${target.provider.id} ${target.model}`);
    return Math.max(1, Math.round(tokens * factor));
  }

  /** Who would answer this caller now; undefined where nobody would: a count never fails for want of a provider. */
  #targetOf({ request, headers, scopes }: CountCall): Target<CatalogProvider> | undefined {
    try {
      const { targets } = this.router.route(request.model, headers, this.catalog.snapshot());
      return targets.find((target) => mayUseTarget(scopes, request.model, target));
    } catch (error) {
      if (error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}
