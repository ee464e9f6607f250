import { piecesOf, stepsBetween, type Piece, type Step } from './rollup-pieces.js';

export const DIMENSIONS = ['provider', 'model', 'tier', 'user_id', 'key_id', 'status'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Values a dimension may have; `''` and 0: the call had none. */
export type RollupFilter = {
  readonly [D in Dimension]?: readonly (D extends 'user_id' | 'key_id' ? number : string)[];
};

export interface RollupQuestion {
  /** On quarters of an hour. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly filter: RollupFilter;
  readonly groupBy: readonly Dimension[];
  /** Starts of buckets, the first at or before `fromMs`; null: one sum. */
  readonly buckets: readonly number[] | null;
}

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

interface Family {
  readonly dimensions: readonly Dimension[];
  readonly tables: Readonly<Partial<Record<Step, string>>>;
}

/** From the fewest rows to the most. */
const FAMILIES: readonly Family[] = [
  {
    dimensions: ['provider', 'model', 'tier', 'status'],
    tables: { day: 'usage_target_days', hour: 'usage_target_hours', quarter: 'usage_target_quarters' },
  },
  {
    dimensions: ['user_id', 'key_id', 'status'],
    tables: { day: 'usage_caller_days', hour: 'usage_caller_hours', quarter: 'usage_caller_quarters' },
  },
  { dimensions: DIMENSIONS, tables: { day: 'usage_daily', quarter: 'usage_quarters' } },
];
const STEPS: readonly Step[] = ['day', 'hour', 'quarter'];
const TYPES: Readonly<Record<Dimension, string>> = {
  provider: 'text[]',
  model: 'text[]',
  tier: 'text[]',
  user_id: 'integer[]',
  key_id: 'integer[]',
  status: 'text[]',
};

const COLUMNS = [
  'calls',
  'attempts',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cost_nano_usd',
  'unpriced_calls',
  'estimated_calls',
  'first_event_ms',
  'first_event_calls',
] as const;

/** Sums of a group, as texts; `bucket` counts from 0. */
export type SumRow = Readonly<
  Record<(typeof COLUMNS)[number] | 'succeeded' | 'cancelled' | 'succeeded_ms', string>
> &
  Readonly<
    Partial<Record<Exclude<Dimension, 'user_id' | 'key_id'>, string> & Record<'user_id' | 'key_id', number>>
  > & {
    readonly bucket?: number;
  };

const SUMS = [
  ...COLUMNS.map((column) => `sum(${column})::text as ${column}`),
  `coalesce(sum(calls) filter (where status = 'success'), 0)::text as succeeded`,
  `coalesce(sum(calls) filter (where status = 'client_gone'), 0)::text as cancelled`,
  `coalesce(sum(duration_ms) filter (where status = 'success'), 0)::text as succeeded_ms`,
].join(', ');

/** Asks the smallest roll-up that knows all dimensions in question, by as few rows of it as add up to the range. */
export function rollupStatement({ fromMs, untilMs, filter, groupBy, buckets }: RollupQuestion): Statement {
  const wanted = new Set<Dimension>([...groupBy, ...DIMENSIONS.filter((name) => filter[name] !== undefined)]);
  const family = FAMILIES.find(({ dimensions }) => [...wanted].every((name) => dimensions.includes(name)));
  if (family === undefined) throw new TypeError('no roll-up knows these dimensions');
  const inner = (buckets ?? []).filter((start) => start > fromMs);
  const steps = stepsBetween(
    inner,
    STEPS.filter((step) => family.tables[step] !== undefined),
  );

  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const conditions = DIMENSIONS.flatMap((name) =>
    filter[name] === undefined ? [] : [`${name} = any(${place(filter[name])}::${TYPES[name]})`],
  );
  const columns = [...new Set([...groupBy, 'status']), ...COLUMNS, 'duration_ms'].join(', ');
  const parts = piecesOf(fromMs, untilMs, steps).map((piece) => {
    const table = family.tables[piece.step] ?? '';
    const { since, within } = timeOf(table, piece, place);
    return `select ${since} as since, ${columns} from ${table} where ${[within, ...conditions].join(' and ')}`;
  });
  const bucket =
    buckets === null ? [] : [`width_bucket(since, ${place(buckets.map(iso))}::timestamptz[]) - 1`];
  const groups = [...bucket, ...groupBy];
  const named = [...bucket.map((expression) => `${expression} as bucket`), ...groupBy, SUMS];
  const places = groups.map((_, index) => String(index + 1)).join(', ');
  return {
    sql: `select ${named.join(', ')} from (${parts.join(' union all ')}) as parts
      ${groups.length === 0 ? 'having count(*) > 0' : `group by ${places} order by ${places}`}`,
    values,
  };
}

/** `usage_daily` knows days by their date. */
function timeOf(
  table: string,
  { fromMs, untilMs }: Piece,
  place: (value: unknown) => string,
): { readonly since: string; readonly within: string } {
  if (table !== 'usage_daily') {
    const [from, until] = [place(iso(fromMs)), place(iso(untilMs))];
    return { since: 'since', within: `since >= ${from}::timestamptz and since < ${until}::timestamptz` };
  }
  const [from, until] = [place(iso(fromMs).slice(0, 10)), place(iso(untilMs).slice(0, 10))];
  return {
    since: `day::timestamp at time zone 'UTC'`,
    within: `day >= ${from}::date and day < ${until}::date`,
  };
}

const iso = (instantMs: number): string => new Date(instantMs).toISOString();
