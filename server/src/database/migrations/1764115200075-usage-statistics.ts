import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Roll-ups that charts of any time zone can be read from. Zones differ from UTC by whole quarters of an hour, so the
 * finest one is per quarter; those by target and by caller spare a chart of everybody the rows of the other dimensions.
 * `usage_hourly` goes: quarters say all that hours did.
 */
export class UsageStatistics1764115200075 implements MigrationInterface {
  readonly name = 'UsageStatistics1764115200075';

  async up(runner: QueryRunner): Promise<void> {
    for (const { table, step, dimensions } of ROLLUPS) {
      await runner.query(create(table, dimensions));
      await runner.query(fill(table, step, dimensions));
    }
    for (const statement of INDEXES) await runner.query(statement);
    await runner.query('drop table usage_hourly');
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}

const OF_TARGET = { provider: 'text', model: 'text', tier: 'text', status: 'text' };
const OF_CALLER = { user_id: 'integer', key_id: 'integer', status: 'text' };
const OF_BOTH = { provider: 'text', model: 'text', tier: 'text', ...OF_CALLER };

const ROLLUPS: readonly { table: string; step: string; dimensions: Readonly<Record<string, string>> }[] = [
  { table: 'usage_quarters', step: '15 minutes', dimensions: OF_BOTH },
  { table: 'usage_target_quarters', step: '15 minutes', dimensions: OF_TARGET },
  { table: 'usage_target_hours', step: '1 hour', dimensions: OF_TARGET },
  { table: 'usage_target_days', step: '1 day', dimensions: OF_TARGET },
  { table: 'usage_caller_quarters', step: '15 minutes', dimensions: OF_CALLER },
  { table: 'usage_caller_hours', step: '1 hour', dimensions: OF_CALLER },
  { table: 'usage_caller_days', step: '1 day', dimensions: OF_CALLER },
];

const SUMS: Readonly<Record<string, string>> = {
  calls: '1',
  attempts: 'attempts',
  input_tokens: 'input_tokens',
  output_tokens: 'output_tokens',
  cache_read_tokens: 'cache_read_tokens',
  cache_write_tokens: 'cache_write_tokens',
  estimated_calls: 'estimated::integer',
  cost_nano_usd: 'coalesce(cost_nano_usd, 0)',
  unpriced_calls: '(cost_nano_usd is null)::integer',
  first_event_ms: 'coalesce(first_event_ms, 0)',
  first_event_calls: '(first_event_ms is not null)::integer',
  duration_ms: 'duration_ms',
};

const OF_A_RECORD: Readonly<Record<string, string>> = {
  provider: `coalesce(provider, '')`,
  model: `coalesce(target_model, '')`,
  tier: `coalesce(tier, '')`,
  user_id: 'user_id',
  key_id: 'coalesce(key_id, 0)',
  status: 'status',
};

const create = (table: string, dimensions: Readonly<Record<string, string>>): string => `
  create table ${table} (
    since timestamptz not null,
    ${Object.entries(dimensions)
      .map(([name, type]) => `${name} ${type} not null,`)
      .join(' ')}
    ${Object.keys(SUMS)
      .map((name) => `${name} bigint not null,`)
      .join(' ')}
    primary key (since, ${Object.keys(dimensions).join(', ')})
  )`;

const fill = (table: string, step: string, dimensions: Readonly<Record<string, string>>): string => `
  insert into ${table} (since, ${[...Object.keys(dimensions), ...Object.keys(SUMS)].join(', ')})
  select date_bin('${step}', called_at, '2000-01-01T00:00:00Z'),
         ${Object.keys(dimensions)
           .map((name) => OF_A_RECORD[name])
           .join(', ')},
         ${Object.values(SUMS)
           .map((sum) => `sum(${sum})::bigint`)
           .join(', ')}
    from usage_records
   group by ${Array.from({ length: Object.keys(dimensions).length + 1 }, (_, index) => index + 1).join(', ')}`;

/** For the series of a few callers, and for one user's own. */
const INDEXES = [
  'create index usage_quarters_by_user on usage_quarters (user_id, since)',
  'create index usage_quarters_by_key on usage_quarters (key_id, since)',
  'create index usage_caller_quarters_by_user on usage_caller_quarters (user_id, since)',
  'create index usage_caller_quarters_by_key on usage_caller_quarters (key_id, since)',
  'create index usage_caller_hours_by_user on usage_caller_hours (user_id, since)',
  'create index usage_caller_hours_by_key on usage_caller_hours (key_id, since)',
];
