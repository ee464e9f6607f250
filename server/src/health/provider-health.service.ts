import { Injectable } from '@nestjs/common';
import type {
  HealthCheckView,
  HealthHistory,
  HealthHistoryQueryDto,
  HealthReport,
  ProviderHealth,
} from '@ccs/dto';
import { NotFoundError } from '../errors/caller-errors.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import type { Traffic } from '../resilience/traffic-count.js';
import type { Dialect } from '../routing/routable-provider.js';
import { REPLICA_SILENCE_MS } from './condition-reporter.js';
import type { ProviderCheck, StoredEvent, TrafficBucket } from './health-records.js';
import { categoriesOf, conditionsOf, overallStatus, providerHealth, trafficHealth } from './health-report.js';
import { BUCKET_SECONDS, HealthStore } from './health-store.repository.js';

const DAY_MS = 86_400_000;
const RECENTLY_MS = 900_000;
const DEFAULT_HOURS = 24;
const DEFAULT_BUCKETS = 90;

/** What is known of the providers, from the database: asking costs no provider anything. */
@Injectable()
export class ProviderHealthService {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly store: HealthStore,
  ) {}

  async report(): Promise<HealthReport> {
    const providers = await this.healthOf(this.catalog.snapshot().providers);
    const now = new Date().toISOString();
    return { status: overallStatus(providers), timestamp: now, generated_at: now, providers };
  }

  /** @throws `NotFoundError` */
  async one(name: string, dialect?: Dialect): Promise<ProviderHealth> {
    const [health] = await this.healthOf([this.provider(name, dialect)]);
    if (health === undefined) throw new Error('a provider has a health');
    return health;
  }

  /** @throws `NotFoundError` where nothing has that name */
  wanted(name: string | undefined, dialect: Dialect | undefined): readonly CatalogProvider[] {
    if (name !== undefined) return [this.provider(name, dialect)];
    return this.catalog
      .snapshot()
      .providers.filter((each) => each.enabled && (dialect === undefined || each.dialect === dialect));
  }

  async history(query: HealthHistoryQueryDto): Promise<HealthHistory> {
    const seconds = 3_600 * Number(query.hours ?? DEFAULT_HOURS);
    const pieces = Number(query.buckets ?? DEFAULT_BUCKETS);
    const bucketSeconds = BUCKET_SECONDS * Math.max(1, Math.ceil(seconds / pieces / BUCKET_SECONDS));
    const now = new Date();
    // On a boundary of what is stored: pieces of five minutes are not cut in two.
    const from = new Date(
      (Math.floor(now.getTime() / 1000 / BUCKET_SECONDS) * BUCKET_SECONDS - seconds) * 1000,
    );
    const filter = { from, name: query.name, dialect: query.api_format };
    const [buckets, checks, events] = await Promise.all([
      this.store.traffic(filter, bucketSeconds),
      this.store.checks(filter),
      this.store.events(filter),
    ]);
    return {
      generated_at: now.toISOString(),
      from: from.toISOString(),
      bucket_seconds: bucketSeconds,
      buckets: buckets.map(bucketView),
      checks: checks.map(checkView),
      events: events.map(eventView),
    };
  }

  private provider(name: string, dialect: Dialect | undefined): CatalogProvider {
    const found = this.catalog
      .snapshot()
      .providers.find((each) => each.name === name && (dialect === undefined || each.dialect === dialect));
    if (found === undefined) throw new NotFoundError(`There is no provider '${name.slice(0, 64)}'`);
    return found;
  }

  private async healthOf(providers: readonly CatalogProvider[]): Promise<readonly ProviderHealth[]> {
    const now = Date.now();
    const [checks, reports, day, recent] = await Promise.all([
      this.store.latestChecks(providers.map(({ id }) => id)),
      this.store.reports(new Date(now - REPLICA_SILENCE_MS)),
      this.store.traffic({ from: new Date(now - DAY_MS) }, (2 * DAY_MS) / 1000),
      this.store.traffic({ from: new Date(now - RECENTLY_MS) }, (2 * DAY_MS) / 1000),
    ]);
    const checkOf = new Map(checks.map((check) => [check.provider.id, check]));
    const trafficOf = byProvider(day);
    const recentOf = byProvider(recent);
    return providers.map((provider) =>
      providerHealth(provider, {
        check: checkOf.get(provider.id),
        conditions: conditionsOf(reports, provider.id),
        replicas: reports.length,
        traffic: trafficOf.get(provider.id),
        recently: recentOf.get(provider.id),
      }),
    );
  }
}

function byProvider(buckets: readonly TrafficBucket[]): ReadonlyMap<number, Traffic> {
  return new Map(buckets.map((bucket) => [bucket.providerId, bucket]));
}

export function checkView(check: ProviderCheck): HealthCheckView {
  return {
    name: check.provider.name,
    api_format: check.provider.dialect,
    checked_at: check.checkedAt.toISOString(),
    trigger: check.trigger,
    healthy: check.healthy,
    responseTime: check.responseMs,
    error: check.error,
    cost_usd: check.costNanoUsd === null ? null : Number(check.costNanoUsd) / 1e9,
    categories: categoriesOf(check),
  };
}

function bucketView(bucket: TrafficBucket): HealthHistory['buckets'][number] {
  return {
    name: bucket.provider,
    api_format: bucket.dialect,
    at: bucket.at.toISOString(),
    ...trafficHealth(bucket),
  };
}

function eventView({
  provider,
  dialect,
  at,
  kind,
  replica,
  reason,
}: StoredEvent): HealthHistory['events'][number] {
  return { name: provider, api_format: dialect, at: at.toISOString(), kind, replica, reason };
}
