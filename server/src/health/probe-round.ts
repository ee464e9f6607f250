import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { NO_TOKENS } from '../usage/token-counts.js';
import { PriceList } from '../usage/price-list.js';
import { ProviderChecker } from './provider-checker.js';

const AT_ONCE = 4;

/** One round of probes by schedule: every provider that is enabled, or those that cost nothing, one token each. */
@Injectable()
export class ProbeRound {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly checker: ProviderChecker,
    private readonly prices: PriceList,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    const { healthProbes } = this.environment;
    const left = this.catalog
      .snapshot()
      .providers.filter((each) => each.enabled && (healthProbes === 'all' || this.isFree(each)));
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await this.probe(next);
    };
    if (healthProbes !== 'off') await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  private async probe(provider: CatalogProvider): Promise<void> {
    const { healthy, error, responseMs } = await this.checker.check(provider, {
      trigger: 'schedule',
      cheap: true,
      signal: new AbortController().signal,
    });
    const fields = { provider: provider.name, dialect: provider.dialect };
    if (healthy) this.logger.debug({ ...fields, responseMs }, 'probe answered');
    else this.logger.warn({ ...fields, reason: error }, 'probe failed');
  }

  /** All its models have a price, and it is nothing. What is unknown is not free. */
  private isFree(provider: CatalogProvider): boolean {
    const models = [...provider.tiers.values()].flat();
    const oneOfEach = { ...NO_TOKENS, inputTokens: 1_000_000, outputTokens: 1_000_000 };
    const prices = this.prices.current();
    return models.every((model) => prices.costNanoUsd(provider.name, model, oneOfEach, Date.now()) === 0n);
  }
}
