import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Roll-ups by caller have outcomes in columns instead of a row per status, which is a third of the rows. Those by
 * caller and target at once are for charts across both. `usage_daily` and `usage_quarters` go on telling statuses apart.
 */
export class UsageRollupsByOutcome1764115200110 implements MigrationInterface {
  readonly name = 'UsageRollupsByOutcome1764115200110';

  async up(runner: QueryRunner): Promise<void> {
    for (const { table, since, dimensions, source } of ROLLUPS) {
      await runner.query(create(`${table}_by_outcome`, dimensions));
      await runner.query(fill(`${table}_by_outcome`, since, dimensions, source));
      await runner.query(`drop table if exists ${table}`);
      await runner.query(`alter table ${table}_by_outcome rename to ${table}`);
      await runner.query(`alter index ${table}_by_outcome_pkey rename to ${table}_pkey`);
      await runner.query(`create index ${table}_by_user on ${table} (user_id, since)`);
      await runner.query(`create index ${table}_by_key on ${table} (key_id, since)`);
    }
    await runner.query('create index usage_daily_by_status on usage_daily (status, day)');
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}

const OF_CALLER = { user_id: 'integer', key_id: 'integer' };
const OF_BOTH = { provider: 'text', model: 'text', tier: 'text', ...OF_CALLER };

const ROLLUPS: readonly {
  readonly table: string;
  readonly since: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly source: string;
}[] = [
  ...['usage_caller_quarters', 'usage_caller_hours', 'usage_caller_days'].map((table) => ({
    table,
    since: 'since',
    dimensions: OF_CALLER,
    source: table,
  })),
  {
    table: 'usage_pair_hours',
    since: `date_bin('1 hour', since, '2000-01-01T00:00:00Z')`,
    dimensions: OF_BOTH,
    source: 'usage_quarters',
  },
  {
    table: 'usage_pair_days',
    since: `day::timestamp at time zone 'UTC'`,
    dimensions: OF_BOTH,
    source: 'usage_daily',
  },
];

const SUMS = [
  'calls',
  'attempts',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'estimated_calls',
  'cost_nano_usd',
  'unpriced_calls',
  'first_event_ms',
  'first_event_calls',
  'duration_ms',
];

const OUTCOMES: Readonly<Record<string, string>> = {
  succeeded: `sum(calls) filter (where status = 'success')`,
  cancelled: `sum(calls) filter (where status = 'client_gone')`,
  succeeded_ms: `sum(duration_ms) filter (where status = 'success')`,
};

const COLUMNS = [...SUMS, ...Object.keys(OUTCOMES)];

const create = (table: string, dimensions: Readonly<Record<string, string>>): string => `
  create table ${table} (
    since timestamptz not null,
    ${Object.entries(dimensions)
      .map(([name, type]) => `${name} ${type} not null,`)
      .join(' ')}
    ${COLUMNS.map((name) => `${name} bigint not null,`).join(' ')}
    primary key (since, ${Object.keys(dimensions).join(', ')})
  )`;

const fill = (
  table: string,
  since: string,
  dimensions: Readonly<Record<string, string>>,
  source: string,
): string => `
  insert into ${table} (since, ${[...Object.keys(dimensions), ...COLUMNS].join(', ')})
  select ${[since, ...Object.keys(dimensions), ...[...SUMS.map((sum) => `sum(${sum})`), ...Object.values(OUTCOMES)].map((sum) => `coalesce(${sum}, 0)::bigint`)].join(', ')}
    from ${source}
   group by ${Array.from({ length: Object.keys(dimensions).length + 1 }, (_, index) => index + 1).join(', ')}`;
