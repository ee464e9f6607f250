/** What every roll-up adds up, by column. */
const SUMS = {
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
} as const;

/** What those add up beside it that do not tell statuses apart. */
const SUMS_BY_OUTCOME = {
  succeeded: `(status = 'success')::integer`,
  cancelled: `(status = 'client_gone')::integer`,
  succeeded_ms: `case when status = 'success' then duration_ms else 0 end`,
} as const;

/** The same, out of a row of a roll-up that has them in its status. */
export const OUTCOMES_OF_ROW: Readonly<Record<string, string>> = {
  succeeded: `case when status = 'success' then calls else 0 end`,
  cancelled: `case when status = 'client_gone' then calls else 0 end`,
  succeeded_ms: `case when status = 'success' then duration_ms else 0 end`,
} satisfies Record<keyof typeof SUMS_BY_OUTCOME, string>;

/** The dimensions of the roll-ups after the time, out of a record. */
export const DIMENSIONS = {
  provider: `coalesce(provider, '')`,
  model: `coalesce(target_model, '')`,
  tier: `coalesce(tier, '')`,
  user_id: 'user_id',
  key_id: 'coalesce(key_id, 0)',
  status: 'status',
} as const;
export type RollupDimension = keyof typeof DIMENSIONS;

export interface Rollup {
  /** Column and, out of a record, the start of the time a row stands for, in UTC. */
  readonly time: { readonly column: string; readonly of: string; readonly finerThanDay: boolean };
  readonly dimensions: readonly RollupDimension[];
}

const since = (step: string, finerThanDay: boolean): Rollup['time'] => ({
  column: 'since',
  finerThanDay,
  of: `date_bin('${step}', called_at, '2000-01-01T00:00:00Z')`,
});
const QUARTER = since('15 minutes', true);
const HOUR = since('1 hour', true);
const DAY = since('1 day', false);
const ALL: readonly RollupDimension[] = ['provider', 'model', 'tier', 'user_id', 'key_id', 'status'];
const TARGET: readonly RollupDimension[] = ['provider', 'model', 'tier', 'status'];
const CALLER: readonly RollupDimension[] = ['user_id', 'key_id'];
const PAIR: readonly RollupDimension[] = ['provider', 'model', 'tier', 'user_id', 'key_id'];

/** Every roll-up, by table; docs/decisions/0025 says what each is for. */
export const ROLLUPS = {
  usage_quarters: { time: QUARTER, dimensions: ALL },
  usage_daily: {
    time: { column: 'day', of: `(called_at at time zone 'UTC')::date`, finerThanDay: false },
    dimensions: ALL,
  },
  usage_target_quarters: { time: QUARTER, dimensions: TARGET },
  usage_target_hours: { time: HOUR, dimensions: TARGET },
  usage_target_days: { time: DAY, dimensions: TARGET },
  usage_caller_quarters: { time: QUARTER, dimensions: CALLER },
  usage_caller_hours: { time: HOUR, dimensions: CALLER },
  usage_caller_days: { time: DAY, dimensions: CALLER },
  usage_pair_hours: { time: HOUR, dimensions: PAIR },
  usage_pair_days: { time: DAY, dimensions: PAIR },
} as const satisfies Readonly<Record<string, Rollup>>;
export type RollupTable = keyof typeof ROLLUPS;

/** In this order everywhere, so that two batches lock the rows they share in the same order. */
export const ROLLUP_TABLES = Object.keys(ROLLUPS) as readonly RollupTable[];

/** Its primary key. */
export function keysOf(table: RollupTable): readonly string[] {
  return [ROLLUPS[table].time.column, ...ROLLUPS[table].dimensions];
}

/** Column by column, what of a record it adds up. */
export function sumColumnsOf(table: RollupTable): Readonly<Record<string, string>> {
  const dimensions: readonly RollupDimension[] = ROLLUPS[table].dimensions;
  return dimensions.includes('status') ? SUMS : { ...SUMS, ...SUMS_BY_OUTCOME };
}

/** Sums over `source`, a relation with the columns of `usage_records`, in the order of the key. */
export function sumsOf(table: RollupTable, source: string): string {
  const { time, dimensions } = ROLLUPS[table];
  const keys = [time.of, ...dimensions.map((dimension) => DIMENSIONS[dimension])];
  const sums = Object.values(sumColumnsOf(table)).map((expression) => `sum(${expression})::bigint`);
  const places = keys.map((_, index) => String(index + 1)).join(', ');
  return `select ${[...keys, ...sums].join(', ')} from ${source} group by ${places} order by ${places}`;
}

/** Adds the records of `source`. */
export function addTo(table: RollupTable, source: string): string {
  const keys = keysOf(table);
  const sums = Object.keys(sumColumnsOf(table));
  const additions = sums.map((sum) => `${sum} = ${table}.${sum} + excluded.${sum}`);
  return `insert into ${table} (${[...keys, ...sums].join(', ')}) ${sumsOf(table, source)}
    on conflict (${keys.join(', ')}) do update set ${additions.join(', ')}`;
}
