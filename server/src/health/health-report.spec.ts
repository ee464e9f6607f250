import { describe, expect, it } from '@jest/globals';
import type { ProviderHealth } from '@ccs/dto';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import type { ProviderCheck, ReportedCondition, TierCheck } from './health-records.js';
import { overallStatus, providerHealth, type KnownOfProvider } from './health-report.js';

const PROVIDER = {
  name: 'p',
  dialect: 'openai',
  enabled: true,
  disabledReason: null,
  priority: 1,
} as CatalogProvider; // what is read of one

const condition = (over: Partial<ReportedCondition> = {}): ReportedCondition => ({
  breaker: 'closed',
  since: null,
  retryAt: null,
  cooldowns: [],
  lastFailure: null,
  ...over,
});
const tier = (healthy: boolean, testedModels = ['m']): TierCheck => ({
  tier: 'big',
  healthy,
  workingModel: healthy ? 'm' : null,
  testedModels,
  firstEventMs: 5,
  totalMs: 6,
  inputTokens: 1,
  outputTokens: 1,
  error: healthy ? null : 'no answer',
});
const check = (...tiers: TierCheck[]): ProviderCheck => ({
  provider: { id: 1, name: 'p', dialect: 'openai' },
  checkedAt: new Date(0),
  trigger: 'manual',
  healthy: tiers.some(({ healthy }) => healthy),
  responseMs: 5,
  error: null,
  costNanoUsd: 0n,
  tiers,
});
const traffic = (attempts: number, failures: number) => ({ attempts, failures, latencyCounts: [] });
const cooling = (model: string | null) =>
  condition({ cooldowns: [{ model, reason: 'throttled', until: '2026-11-25T12:00:00.000Z' }] });

const stateOf = (known: Partial<KnownOfProvider>, provider = PROVIDER): ProviderHealth['state'] =>
  providerHealth(provider, {
    check: undefined,
    conditions: [condition()],
    replicas: 1,
    traffic: undefined,
    recently: undefined,
    ...known,
  }).state;

describe('the state of a provider', () => {
  it.each([
    ['unknown', {}],
    ['healthy', { check: check(tier(true)) }],
    ['degraded', { check: check(tier(true), tier(false)) }],
    ['healthy', { check: check(tier(true), tier(false, [])) }],
    ['unhealthy', { check: check(tier(false)) }],
    ['healthy', { check: check(tier(false)), recently: traffic(10, 0) }],
    ['degraded', { check: check(tier(true)), recently: traffic(10, 2) }],
    ['unhealthy', { check: check(tier(false)), recently: traffic(9, 0) }],
    ['healthy', { traffic: traffic(1, 0) }],
    ['degraded', { traffic: traffic(1, 1) }],
    ['unhealthy', { check: check(tier(true)), conditions: [condition({ breaker: 'open' })] }],
    ['degraded', { conditions: [condition({ breaker: 'open' }), condition()] }],
    ['degraded', { conditions: [condition({ breaker: 'slow_start' })] }],
    ['degraded', { conditions: [cooling('m')] }],
    ['unhealthy', { conditions: [cooling(null)] }],
  ] satisfies [ProviderHealth['state'], Partial<KnownOfProvider>][])('is %s by %j', (state, known) => {
    expect(stateOf(known)).toBe(state);
  });

  it('is disabled whatever is known of it', () => {
    expect(stateOf({ check: check(tier(true)) }, { ...PROVIDER, enabled: false })).toBe('disabled');
  });

  it('tells the worst breaker and the last failure of all replicas', () => {
    const failure = (at: string) => ({ errorClass: 'transient', message: at, at });
    const health = providerHealth(PROVIDER, {
      check: undefined,
      conditions: [
        condition({ lastFailure: failure('2026-11-25T12:00:01.000Z') }),
        condition({
          breaker: 'open',
          since: 's',
          retryAt: 'r',
          lastFailure: failure('2026-11-25T12:00:00.000Z'),
        }),
      ],
      replicas: 3,
      traffic: traffic(4, 1),
      recently: undefined,
    });
    expect(health.breaker).toEqual({
      state: 'open',
      since: 's',
      retry_at: 'r',
      replicas_open: 1,
      replicas: 3,
    });
    expect(health.last_failure?.at).toBe('2026-11-25T12:00:01.000Z');
    expect(health.traffic).toMatchObject({ attempts: 4, failures: 1, success_rate: 0.75 });
  });
});

describe('the state of all', () => {
  const of = (enabled: boolean, healthy: boolean | null) => ({ enabled, healthy }) as ProviderHealth; // what is read
  it.each([
    ['error', [of(false, false)]],
    ['not_checked', [of(true, null), of(false, false)]],
    ['healthy', [of(true, true), of(true, null), of(false, false)]],
    ['partial', [of(true, true), of(true, false)]],
    ['unhealthy', [of(true, false), of(true, null)]],
  ])('is %s', (status, providers) => {
    expect(overallStatus(providers)).toBe(status);
  });
});
