import { Injectable } from '@nestjs/common';
import type { HealthCheckResult, HealthCheckView } from '@ccs/dto';
import type { Progress } from '../http/event-stream.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { tierHealth } from './health-report.js';
import { ProviderChecker } from './provider-checker.js';
import { checkView } from './provider-health.service.js';

const AT_ONCE = 4;

/** A check by hand, told as it goes on. */
@Injectable()
export class HealthCheckRun {
  constructor(private readonly checker: ProviderChecker) {}

  /** A few providers at a time; none is begun any more when `signal` says that nobody reads. */
  async run(
    providers: readonly CatalogProvider[],
    signal: AbortSignal,
    progress: Progress,
  ): Promise<HealthCheckResult> {
    const left = [...providers];
    const checks: HealthCheckView[] = [];
    progress('started', { total: providers.length });
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined && !signal.aborted; next = left.shift()) {
        checks.push(await this.one(next, signal, progress));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return { total: providers.length, healthy: checks.filter(({ healthy }) => healthy).length, checks };
  }

  private async one(
    provider: CatalogProvider,
    signal: AbortSignal,
    progress: Progress,
  ): Promise<HealthCheckView> {
    const whose = { name: provider.name, api_format: provider.dialect };
    progress('provider_started', whose);
    const check = checkView(
      await this.checker.check(provider, {
        trigger: 'manual',
        cheap: false,
        signal,
        onTier: (tier) => progress('tier', { ...whose, tier: tier.tier, result: tierHealth(tier) }),
      }),
    );
    progress('provider', check);
    return check;
  }
}
