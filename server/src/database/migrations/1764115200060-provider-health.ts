import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is known of providers over time: checks that were made, events of their breakers, attempts of real calls in
 * pieces of five minutes, what each replica sees now, and what was told in alerts. By the provider's id and its name of
 * the time: history outlives the provider. Apart from usage; probes are nobody's calls.
 */
export class ProviderHealth1764115200060 implements MigrationInterface {
  readonly name = 'ProviderHealth1764115200060';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}

const PROVIDER = `
    provider_id integer not null,
    provider text not null,
    api_format text not null`;

const STATEMENTS: readonly string[] = [
  `create table health_checks (
    id bigint generated always as identity primary key,${PROVIDER},
    checked_at timestamptz not null,
    trigger text not null check (trigger in ('schedule', 'manual')),
    healthy boolean not null,
    response_ms integer,
    error text,
    cost_nano_usd bigint,
    tiers jsonb not null
  )`,
  'create index health_checks_by_provider on health_checks (provider_id, checked_at desc)',
  'create index health_checks_by_time on health_checks (checked_at)',
  `create table health_events (
    id bigint generated always as identity primary key,${PROVIDER},
    at timestamptz not null,
    kind text not null check (kind in ('opened', 'recovered', 'credential_refused')),
    replica text not null,
    reason text
  )`,
  'create index health_events_by_time on health_events (at)',
  `create table health_traffic (
    bucket timestamptz not null,${PROVIDER},
    attempts bigint not null,
    failures bigint not null,
    latency_counts bigint[] not null,
    primary key (bucket, provider_id)
  )`,
  `create table health_replicas (
    replica text primary key,
    reported_at timestamptz not null,
    conditions jsonb not null
  )`,
  `create table health_alerts (
    provider_id integer primary key,
    kind text not null,
    told_at timestamptz not null
  )`,
];
