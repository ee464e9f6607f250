import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ConditionChange } from '../resilience/provider-condition.js';
import type { ProviderTraffic } from '../providers/provider-health-board.js';
import type { Dialect } from '../routing/routable-provider.js';
import type {
  CheckTrigger,
  ProviderCheck,
  ReplicaReport,
  StoredEvent,
  TierCheck,
  TrafficBucket,
} from './health-records.js';

/** Attempts are summed up over so long. */
export const BUCKET_SECONDS = 300;
const MAX_ROWS = 1_000;

export interface HistoryFilter {
  readonly from: Date;
  readonly name?: string | undefined;
  readonly dialect?: Dialect | undefined;
}

interface CheckRow {
  provider_id: number;
  provider: string;
  api_format: Dialect;
  checked_at: Date;
  trigger: CheckTrigger;
  healthy: boolean;
  response_ms: number | null;
  error: string | null;
  cost_nano_usd: string | null;
  tiers: TierCheck[];
}

interface BucketRow {
  at: Date;
  provider_id: number;
  provider: string;
  api_format: Dialect;
  attempts: string;
  failures: string;
  latency_counts: string[];
}

/** `$2` and `$3`: name and format, or null for any. */
const ONE_PROVIDER = '($2::text is null or provider = $2) and ($3::text is null or api_format = $3)';

/** The history of providers in the database. */
@Injectable()
export class HealthStore {
  constructor(private readonly dataSource: DataSource) {}

  async saveCheck(check: ProviderCheck): Promise<void> {
    const { provider, checkedAt, trigger, healthy, responseMs, error, costNanoUsd, tiers } = check;
    await this.dataSource.query(
      `insert into health_checks
         (provider_id, provider, api_format, checked_at, trigger, healthy, response_ms, error, cost_nano_usd, tiers)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        provider.id,
        provider.name,
        provider.dialect,
        checkedAt,
        trigger,
        healthy,
        responseMs,
        error,
        costNanoUsd === null ? null : String(costNanoUsd),
        JSON.stringify(tiers),
      ],
    );
  }

  /**
   * Notes an event down, and claims the right to tell of it: true once for each change, whichever replica sees it
   * first. A recovery is told when no other replica that has reported lately still keeps the provider out.
   */
  async saveEvent({ replica, ...event }: StoredEvent, isLive: Date): Promise<boolean> {
    const { providerId, provider, dialect, at, kind, reason } = event;
    await this.dataSource.query(
      `insert into health_events (provider_id, provider, api_format, at, kind, replica, reason)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [providerId, provider, dialect, at, kind, replica, reason],
    );
    const claimed: unknown[] = await this.dataSource.query(
      `insert into health_alerts (provider_id, kind, told_at)
       select $1::integer, $2::text, $3::timestamptz
        where $2::text <> 'recovered' or not exists (
          select from health_replicas
           where replica <> $4 and reported_at > $5 and conditions -> ($1::integer)::text ->> 'breaker' = 'open')
       on conflict (provider_id) do update set kind = excluded.kind, told_at = excluded.told_at
        where health_alerts.kind <> excluded.kind
       returning provider_id`,
      [providerId, kind satisfies ConditionChange, at, replica, isLive],
    );
    return claimed.length > 0;
  }

  async addTraffic(traffic: readonly ProviderTraffic[], at: Date): Promise<void> {
    await this.dataSource.query(
      `insert into health_traffic as t
         (bucket, provider_id, provider, api_format, attempts, failures, latency_counts)
       select date_bin(make_interval(secs => $2), $3::timestamptz, 'epoch'), "providerId", provider, dialect,
              attempts, failures, "latencyCounts"
         from jsonb_to_recordset($1::jsonb) as x(
           "providerId" integer, provider text, dialect text, attempts bigint, failures bigint,
           "latencyCounts" bigint[])
       on conflict (bucket, provider_id) do update set
         attempts = t.attempts + excluded.attempts,
         failures = t.failures + excluded.failures,
         latency_counts = array(
           select coalesce(a, 0) + coalesce(b, 0)
             from unnest(t.latency_counts, excluded.latency_counts) with ordinality as u(a, b, n) order by n)`,
      [JSON.stringify(traffic), BUCKET_SECONDS, at],
    );
  }

  async report({ replica, conditions }: ReplicaReport, at: Date): Promise<void> {
    await this.dataSource.query(
      `insert into health_replicas (replica, reported_at, conditions) values ($1, $2, $3)
       on conflict (replica) do update set reported_at = excluded.reported_at, conditions = excluded.conditions`,
      [replica, at, JSON.stringify(conditions)],
    );
  }

  async leave(replica: string): Promise<void> {
    await this.dataSource.query('delete from health_replicas where replica = $1', [replica]);
  }

  /** The replicas that have reported after `since`. */
  reports(since: Date): Promise<readonly ReplicaReport[]> {
    return this.dataSource.query('select replica, conditions from health_replicas where reported_at > $1', [
      since,
    ]);
  }

  /** The latest check of each of these providers that has one. */
  async latestChecks(providerIds: readonly number[]): Promise<readonly ProviderCheck[]> {
    const rows: CheckRow[] = await this.dataSource.query(
      `select latest.* from unnest($1::integer[]) as wanted(id) cross join lateral (
         select * from health_checks where provider_id = wanted.id order by checked_at desc, id desc limit 1) latest`,
      [providerIds],
    );
    return rows.map(checkOf);
  }

  async checks({ from, name, dialect }: HistoryFilter): Promise<readonly ProviderCheck[]> {
    const rows: CheckRow[] = await this.dataSource.query(
      `select * from health_checks where checked_at >= $1 and ${ONE_PROVIDER}
        order by checked_at desc, id desc limit ${MAX_ROWS}`,
      [from, name ?? null, dialect ?? null],
    );
    return rows.map(checkOf);
  }

  async events({ from, name, dialect }: HistoryFilter): Promise<readonly StoredEvent[]> {
    return this.dataSource.query(
      `select provider_id as "providerId", provider, api_format as dialect, at, kind, replica, reason
         from health_events where at >= $1 and ${ONE_PROVIDER}
        order by at desc, id desc limit ${MAX_ROWS}`,
      [from, name ?? null, dialect ?? null],
    );
  }

  /** In order; each piece of `bucketSeconds` (a multiple of `BUCKET_SECONDS`) that had attempts. */
  async traffic(
    { from, name, dialect }: HistoryFilter,
    bucketSeconds: number,
  ): Promise<readonly TrafficBucket[]> {
    const rows: BucketRow[] = await this.dataSource.query(
      `with pieces as (
         select date_bin(make_interval(secs => $4), bucket, $1::timestamptz) as at, *
           from health_traffic where bucket >= $1 and ${ONE_PROVIDER}),
       counts as (
         select at, provider_id, i, sum(n) as n
           from pieces, unnest(latency_counts) with ordinality as u(n, i) group by 1, 2, 3),
       latencies as (
         select at, provider_id, array_agg(n::bigint order by i) as latency_counts from counts group by 1, 2)
       select at, provider_id, max(provider) as provider, max(api_format) as api_format,
              sum(attempts) as attempts, sum(failures) as failures, l.latency_counts
         from pieces join latencies l using (at, provider_id)
        group by at, provider_id, l.latency_counts order by at, provider_id`,
      [from, name ?? null, dialect ?? null, bucketSeconds],
    );
    return rows.map(bucketOf);
  }
}

function checkOf(row: CheckRow): ProviderCheck {
  return {
    provider: { id: row.provider_id, name: row.provider, dialect: row.api_format },
    checkedAt: row.checked_at,
    trigger: row.trigger,
    healthy: row.healthy,
    responseMs: row.response_ms,
    error: row.error,
    costNanoUsd: row.cost_nano_usd === null ? null : BigInt(row.cost_nano_usd),
    tiers: row.tiers,
  };
}

function bucketOf(row: BucketRow): TrafficBucket {
  return {
    at: row.at,
    providerId: row.provider_id,
    provider: row.provider,
    dialect: row.api_format,
    attempts: Number(row.attempts),
    failures: Number(row.failures),
    latencyCounts: row.latency_counts.map(Number),
  };
}
