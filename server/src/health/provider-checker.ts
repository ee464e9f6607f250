import { Injectable } from '@nestjs/common';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import type { CheckTrigger, ProviderCheck, TierCheck } from './health-records.js';
import { HealthStore } from './health-store.repository.js';
import { ModelProber, type ModelProbe } from './model-probe.js';

export interface CheckOptions {
  readonly trigger: CheckTrigger;
  /** One model only, the smallest: what a schedule can afford. */
  readonly cheap: boolean;
  readonly signal: AbortSignal;
  /** Told as soon as a tier is known. */
  readonly onTier?: (tier: TierCheck) => void;
}

const NO_MODELS = 'No models configured for this category';

/** Checks a provider tier by tier and keeps the result. */
@Injectable()
export class ProviderChecker {
  constructor(
    private readonly prober: ModelProber,
    private readonly store: HealthStore,
  ) {}

  /** All tiers at once; in a tier model after model until one works. Rejects when the result cannot be stored. */
  async check(provider: CatalogProvider, options: CheckOptions): Promise<ProviderCheck> {
    const checkedAt = new Date();
    const probes = new Map<string, Promise<ModelProbe>>();
    const probe = (model: string): Promise<ModelProbe> => {
      const under = probes.get(model) ?? this.prober.probe(provider, model, options.signal);
      probes.set(model, under);
      return under;
    };
    const tiers = await Promise.all(
      tiersOf(provider, options.cheap).map(async ([tier, models]) => {
        const result = await checkTier(tier, models, probe);
        options.onTier?.(result);
        return result;
      }),
    );
    const check = summarize(provider, tiers, await Promise.all(probes.values()), checkedAt, options.trigger);
    // Whoever left wanted no answer; what was cut off says nothing of the provider.
    if (!options.signal.aborted) await this.store.saveCheck(check);
    return check;
  }
}

function tiersOf(provider: CatalogProvider, cheap: boolean): [string, readonly string[]][] {
  const tiers = [...provider.tiers].map(([tier, models]): [string, readonly string[]] => [tier, models]);
  if (!cheap) return tiers;
  const withModels = tiers.filter(([, models]) => models.length > 0);
  const smallest = withModels.find(([tier]) => tier === 'small') ?? withModels.at(-1);
  return smallest === undefined ? [] : [[smallest[0], smallest[1].slice(0, 1)]];
}

async function checkTier(
  tier: string,
  models: readonly string[],
  probe: (model: string) => Promise<ModelProbe>,
): Promise<TierCheck> {
  const tested: ModelProbe[] = [];
  for (const model of models) {
    const result = await probe(model);
    tested.push(result);
    if (result.healthy) break;
  }
  const last = tested.at(-1);
  const works = last?.healthy === true;
  return {
    tier,
    healthy: works,
    workingModel: works ? last.model : null,
    testedModels: tested.map(({ model }) => model),
    firstEventMs: works ? last.firstEventMs : null,
    totalMs: works ? last.totalMs : null,
    inputTokens: last?.inputTokens ?? null,
    outputTokens: last?.outputTokens ?? null,
    error: works ? null : (last?.error ?? NO_MODELS),
  };
}

function summarize(
  { id, name, dialect }: CatalogProvider,
  tiers: readonly TierCheck[],
  probes: readonly ModelProbe[],
  checkedAt: Date,
  trigger: CheckTrigger,
): ProviderCheck {
  const working = tiers.find(({ healthy }) => healthy);
  const costs = probes.map(({ costNanoUsd }) => costNanoUsd);
  return {
    provider: { id, name, dialect },
    checkedAt,
    trigger,
    healthy: working !== undefined,
    responseMs: working?.firstEventMs ?? null,
    error: working === undefined ? (tiers.find(({ error }) => error !== null)?.error ?? NO_MODELS) : null,
    costNanoUsd: costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0n),
    tiers,
  };
}
