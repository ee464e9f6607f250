import type { HealthReport, HealthState, ProviderHealth, TierHealth, TrafficHealth } from '@ccs/dto';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { latencyPercentileMs, type Traffic } from '../resilience/traffic-count.js';
import type { ProviderCheck, ReplicaReport, ReportedCondition, TierCheck } from './health-records.js';

/** Below this share of answered attempts a provider is not well; with fewer attempts nothing is said of it. */
const GOOD_SHARE = 0.9;
const MIN_ATTEMPTS = 10;

export interface KnownOfProvider {
  readonly check: ProviderCheck | undefined;
  /** What each replica that lives says of it. */
  readonly conditions: readonly ReportedCondition[];
  readonly replicas: number;
  /** Of the last day; undefined: none. */
  readonly traffic: Traffic | undefined;
  /** Of the last quarter of an hour; undefined: none. */
  readonly recently: Traffic | undefined;
}

const WORST_FIRST = ['open', 'half_open', 'slow_start', 'closed'] as const;

export function providerHealth(provider: CatalogProvider, known: KnownOfProvider): ProviderHealth {
  const { check, traffic } = known;
  const state = stateOf(provider, known);
  return {
    name: provider.name,
    api_format: provider.dialect,
    enabled: provider.enabled,
    disabled_reason: provider.disabledReason,
    priority: provider.priority,
    state,
    healthy: state === 'unknown' ? null : state === 'healthy' || state === 'degraded',
    lastCheck: check?.checkedAt.toISOString() ?? null,
    responseTime: check?.responseMs ?? null,
    error: provider.enabled ? (check?.error ?? null) : 'Provider is disabled',
    categories: categoriesOf(check),
    breaker: breakerOf(known),
    cooldowns: known.conditions.flatMap(({ cooldowns }) => cooldowns),
    traffic: trafficHealth(traffic),
    last_failure: lastFailureOf(known.conditions),
  };
}

export function categoriesOf(check: ProviderCheck | undefined): Record<string, TierHealth> {
  return Object.fromEntries((check?.tiers ?? []).map((tier) => [tier.tier, tierHealth(tier)]));
}

export function tierHealth(tier: TierCheck): TierHealth {
  return {
    healthy: tier.healthy,
    responseTime: tier.firstEventMs,
    totalTime: tier.totalMs,
    workingModel: tier.workingModel,
    testedModels: tier.testedModels,
    input_tokens: tier.inputTokens,
    output_tokens: tier.outputTokens,
    error: tier.error,
  };
}

export function trafficHealth(traffic: Traffic | undefined): TrafficHealth {
  const { attempts, failures, latencyCounts } = traffic ?? { attempts: 0, failures: 0, latencyCounts: [] };
  return {
    attempts,
    failures,
    success_rate: attempts === 0 ? null : (attempts - failures) / attempts,
    ttft_p50_ms: latencyPercentileMs(latencyCounts, 0.5),
    ttft_p95_ms: latencyPercentileMs(latencyCounts, 0.95),
  };
}

/** Of all that are enabled, as the original tells it. */
export function overallStatus(providers: readonly ProviderHealth[]): HealthReport['status'] {
  const enabled = providers.filter((each) => each.enabled);
  if (enabled.length === 0) return 'error';
  const known = enabled.filter(({ healthy }) => healthy !== null);
  if (known.length === 0) return 'not_checked';
  const healthy = known.filter((each) => each.healthy === true);
  if (healthy.length === known.length) return 'healthy';
  return healthy.length === 0 ? 'unhealthy' : 'partial';
}

/** Traffic is the better witness: a check counts while there is none. */
function stateOf(provider: CatalogProvider, known: KnownOfProvider): HealthState {
  if (!provider.enabled) return 'disabled';
  const { conditions, recently, traffic, check } = known;
  const open = conditions.filter(({ breaker }) => breaker === 'open' || breaker === 'half_open');
  if (open.length > 0) return open.length === conditions.length ? 'unhealthy' : 'degraded';
  const isRefused = conditions.some(({ cooldowns }) => cooldowns.some(({ model }) => model === null));
  if (isRefused) return 'unhealthy';
  const isCooling = conditions.some(({ cooldowns }) => cooldowns.length > 0);
  if (isCooling || conditions.some(({ breaker }) => breaker === 'slow_start')) return 'degraded';
  if (recently !== undefined && recently.attempts >= MIN_ATTEMPTS) {
    return (recently.attempts - recently.failures) / recently.attempts < GOOD_SHARE ? 'degraded' : 'healthy';
  }
  if (check !== undefined) return stateOfCheck(check);
  if (traffic === undefined) return 'unknown';
  return traffic.failures < traffic.attempts ? 'healthy' : 'degraded';
}

function stateOfCheck({ healthy, tiers }: ProviderCheck): HealthState {
  if (!healthy) return 'unhealthy';
  return tiers.every((tier) => tier.healthy || tier.testedModels.length === 0) ? 'healthy' : 'degraded';
}

function breakerOf({ conditions, replicas }: KnownOfProvider): ProviderHealth['breaker'] {
  const worst = WORST_FIRST.map((state) => conditions.find(({ breaker }) => breaker === state)).find(
    (condition) => condition !== undefined,
  );
  return {
    state: worst?.breaker ?? 'closed',
    since: worst?.since ?? null,
    retry_at: worst?.retryAt ?? null,
    replicas_open: conditions.filter(({ breaker }) => breaker === 'open').length,
    replicas,
  };
}

function lastFailureOf(conditions: readonly ReportedCondition[]): ProviderHealth['last_failure'] {
  const failures = conditions.flatMap(({ lastFailure }) => (lastFailure === null ? [] : [lastFailure]));
  const last = failures.sort((a, b) => a.at.localeCompare(b.at)).at(-1);
  return last === undefined ? null : { error_class: last.errorClass, message: last.message, at: last.at };
}

export function conditionsOf(
  reports: readonly ReplicaReport[],
  providerId: number,
): readonly ReportedCondition[] {
  return reports.flatMap(({ conditions }) => {
    const condition = conditions[String(providerId)];
    return condition === undefined ? [] : [condition];
  });
}
