import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One row per call, one per attempt, in monthly partitions. The partition key is the time inside the request id
 * (UUIDv7), so a record that comes twice meets itself in the same partition; `usage_time_of` is checked, not trusted.
 * A default partition takes what no month was made for: nothing is ever refused.
 */
export class UsageRecords1764115200070 implements MigrationInterface {
  readonly name = 'UsageRecords1764115200070';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}

/** The first 48 bits of a UUIDv7 are milliseconds since the epoch. */
const TIME_OF = `
  create function usage_time_of(id uuid) returns timestamptz
    language sql immutable strict parallel safe
    return to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)`;

const RECORDS = `
  create table usage_records (
    request_id uuid not null,
    called_at timestamptz not null check (called_at = usage_time_of(request_id)),
    user_id integer not null,
    key_id integer,
    requested_model text not null,
    provider text,
    target_model text,
    tier text,
    status text not null check (status in ('success', 'error', 'client_gone', 'refused', 'interrupted')),
    http_status smallint,
    error_code text,
    attempts smallint not null,
    input_tokens bigint not null check (input_tokens >= 0),
    output_tokens bigint not null check (output_tokens >= 0),
    cache_read_tokens bigint not null check (cache_read_tokens >= 0),
    cache_write_tokens bigint not null check (cache_write_tokens >= 0),
    estimated boolean not null,
    cost_nano_usd bigint check (cost_nano_usd >= 0),
    first_event_ms integer,
    duration_ms integer not null,
    stream boolean not null,
    session_id text,
    client text,
    losses text[] not null default '{}',
    candidates jsonb not null default '[]',
    record_version smallint not null,
    recorded_at timestamptz not null default now(),
    primary key (called_at, request_id)
  ) partition by range (called_at)`;

const ATTEMPTS = `
  create table usage_attempts (
    request_id uuid not null,
    called_at timestamptz not null,
    attempt_no smallint not null,
    provider text not null,
    api_format text not null,
    target_model text not null,
    tier text,
    outcome text not null,
    error_class text,
    error_code text,
    upstream_status smallint,
    started_ms integer not null,
    first_event_ms integer,
    ended_ms integer,
    input_tokens bigint,
    output_tokens bigint,
    cache_read_tokens bigint,
    cache_write_tokens bigint,
    losses text[] not null default '{}',
    primary key (called_at, request_id, attempt_no)
  ) partition by range (called_at)`;

/**
 * Makes the partitions of the month `month` lies in (UTC), if they are missing. Rows of that month that the default
 * partition had to take move over. Returns whether there was anything to do.
 */
const ENSURE_MONTH = `
  create function ensure_usage_month(month date) returns boolean language plpgsql as $$
  declare
    since timestamptz := date_trunc('month', month::timestamp) at time zone 'UTC';
    until timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') at time zone 'UTC';
    suffix text := to_char(month, 'YYYY_MM');
    parent text;
    part text;
    made boolean := false;
  begin
    foreach parent in array array['usage_records', 'usage_attempts'] loop
      part := parent || '_' || suffix;
      continue when to_regclass(part) is not null;
      perform pg_advisory_xact_lock(7240010);
      continue when to_regclass(part) is not null;
      execute format('create table %I (like %I including defaults including constraints)', part, parent);
      execute format('lock table %I in access exclusive mode', parent || '_default');
      execute format(
        'with moved as (delete from %I where called_at >= %L and called_at < %L returning *)
         insert into %I select * from moved', parent || '_default', since, until, part);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                     parent, part, since, until);
      made := true;
    end loop;
    return made;
  end $$`;

/** For paging by (time, id) within a filter; the primary key pages without one. */
const INDEXES = [
  'create index usage_records_by_user on usage_records (user_id, called_at, request_id)',
  'create index usage_records_by_key on usage_records (key_id, called_at, request_id)',
  'create index usage_records_by_status on usage_records (status, called_at, request_id)',
  'create index usage_records_by_provider on usage_records (provider, target_model, called_at, request_id)',
  `create index usage_records_by_session on usage_records (session_id, called_at, request_id)
     where session_id is not null`,
];

/** A batch that is here has been counted; the shipper asks for it before it deletes a segment of its journal. */
const BATCHES = `
  create table usage_batches (
    batch_id text primary key,
    records integer not null,
    inserted integer not null,
    committed_at timestamptz not null default now()
  )`;

/** Records that could not be stored after several tries, with the reason; nothing is thrown away. */
const DEAD_LETTERS = `
  create table usage_dead_letters (
    id bigint generated always as identity primary key,
    batch_id text not null,
    request_id text not null,
    record jsonb not null,
    reason text not null,
    failed_at timestamptz not null default now(),
    unique (batch_id, request_id)
  )`;

const STATEMENTS: readonly string[] = [
  TIME_OF,
  RECORDS,
  'create table usage_records_default partition of usage_records default',
  ATTEMPTS,
  'create table usage_attempts_default partition of usage_attempts default',
  ...INDEXES,
  BATCHES,
  DEAD_LETTERS,
  'create index usage_batches_by_time on usage_batches (committed_at)',
  ENSURE_MONTH,
  `select ensure_usage_month(((now() at time zone 'UTC') + make_interval(months => ahead))::date)
     from generate_series(-1, 6) as ahead`,
];
