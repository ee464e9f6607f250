import type { StatsMetric } from '@ccs/dto';
import {
  OUTCOMES_OF_ROW,
  ROLLUPS,
  sumColumnsOf,
  type RollupDimension,
  type RollupTable,
} from '../../usage/rollups.js';
import { cutInto, STEP_MS, type Piece, type Step } from './rollup-pieces.js';

export type Dimension = RollupDimension;

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

/** Roll-ups that answer for the dimensions of the one of days; finer ones may have more. */
type Family = Readonly<Partial<Record<Step, RollupTable>> & Record<'day', RollupTable>>;

/** From the fewest rows to the most. */
const FAMILIES: readonly Family[] = [
  { day: 'usage_target_days', hour: 'usage_target_hours', quarter: 'usage_target_quarters' },
  { day: 'usage_caller_days', hour: 'usage_caller_hours', quarter: 'usage_caller_quarters' },
  { day: 'usage_pair_days', hour: 'usage_pair_hours', quarter: 'usage_quarters' },
  { day: 'usage_daily', quarter: 'usage_quarters' },
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
const DIMENSIONS = Object.keys(TYPES) as readonly Dimension[];

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
  'succeeded',
  'cancelled',
  'succeeded_ms',
] as const;
type Column = (typeof COLUMNS)[number];

/** What a group is of. */
export type GroupOf = Readonly<
  Partial<Record<Exclude<Dimension, 'user_id' | 'key_id'>, string> & Record<'user_id' | 'key_id', number>>
>;
/** Sums of a group; `bucket` counts from 0. */
export type SumRow = Readonly<Record<Exclude<Column, 'cost_nano_usd'>, number>> &
  GroupOf & {
    readonly bucket: number;
    /** More than a number may hold. */
    readonly cost_nano_usd: string;
  };

const RANKED_BY: Readonly<Record<StatsMetric, readonly Column[]>> = {
  requests: ['calls'],
  tokens: ['input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens'],
  cost: ['cost_nano_usd'],
};

/**
 * One row: as `groups` the `SumRow`s, in order of bucket and group, without those that have no calls; null where there
 * are none. As JSON, because the driver makes rows and columns one by one.
 */
export function rollupStatement(question: RollupQuestion): Statement {
  const { from, values } = read(question, COLUMNS);
  const keys = ['bucket', ...question.groupBy].join(', ');
  const sums = COLUMNS.map((column) =>
    column === 'cost_nano_usd' ? `${added(column)}::text as ${column}` : `${added(column)} as ${column}`,
  );
  const groups = `select ${[keys, ...sums].join(', ')} from ${from} group by ${keys} having ${added('calls')} > 0`;
  return { sql: `select json_agg(each order by ${keys}) as groups from (${groups}) as each`, values };
}

/** Rows of `GroupOf`: the groups with the most of it, the first one first. */
export function topStatement(
  question: Omit<RollupQuestion, 'buckets'>,
  metric: StatsMetric,
  top: number,
): Statement {
  const ranked = RANKED_BY[metric];
  const { from, values } = read({ ...question, buckets: null }, [...new Set<Column>(['calls', ...ranked])]);
  const keys = question.groupBy.join(', ');
  const rank = ranked.map(added).join(' + ');
  return {
    sql: `select ${keys} from ${from} group by ${keys} having ${added('calls')} > 0
           order by ${rank} desc, ${added('calls')} desc, ${keys} limit ${top}`,
    values,
  };
}

const added = (column: Column): string => `sum(sign * ${column})`;

/**
 * A relation of (bucket, sign, group, columns), to be added up by sign: out of the smallest roll-up that knows all
 * dimensions in question, by as few rows of it as add up to the buckets.
 */
function read(
  { fromMs, untilMs, filter, groupBy, buckets }: RollupQuestion,
  columns: readonly Column[],
): { readonly from: string; readonly values: readonly unknown[] } {
  const wanted = new Set<Dimension>([...groupBy, ...DIMENSIONS.filter((name) => filter[name] !== undefined)]);
  const family = FAMILIES.find(({ day }) => {
    const known: readonly Dimension[] = ROLLUPS[day].dimensions;
    return [...wanted].every((name) => known.includes(name));
  });
  if (family === undefined) throw new TypeError('no roll-up knows these dimensions');
  const edges = [fromMs, ...(buckets ?? []).filter((start) => start > fromMs), untilMs];
  const { pieces, shares } = cutInto(
    edges,
    STEPS.filter((step) => family[step] !== undefined),
  );
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const conditions = DIMENSIONS.flatMap((name) =>
    filter[name] === undefined ? [] : [`${name} = any(${place(filter[name])}::${TYPES[name]})`],
  );
  const sumsOfSteps = STEPS.flatMap((step) => {
    const table = family[step];
    const own = pieces.flatMap((piece, index) => (piece.step === step ? [{ ...piece, index }] : []));
    if (table === undefined || own.length === 0) return [];
    const { source, piece, within } = timesOf(table, step, own, place);
    const sums = columns.map((column) => `sum(${inRowOf(table, column)})::bigint as ${column}`);
    return `select ${[`${piece} as piece`, ...groupBy, ...sums].join(', ')}
      from ${source} where ${[...within, ...conditions].join(' and ')}
     group by ${['piece', ...groupBy].join(', ')}`;
  });
  const shared = [
    shares.map(({ piece }) => piece),
    shares.map(({ bucket }) => bucket),
    shares.map(({ sign }) => sign),
  ];
  return {
    from: `(${sumsOfSteps.join(' union all ')}) as sums
      join unnest(${shared.map((each) => `${place(arrayOf(each))}::integer[]`).join(', ')})
        as share (piece, bucket, sign) using (piece)`,
    values,
  };
}

interface NumberedPiece extends Piece {
  readonly index: number;
}

/** The rows of some pieces: between two times, and, of several pieces, at the times that are theirs. */
function timesOf(
  table: RollupTable,
  step: Step,
  pieces: readonly NumberedPiece[],
  place: (value: unknown) => string,
): { readonly source: string; readonly piece: string; readonly within: readonly string[] } {
  const { column } = ROLLUPS[table].time;
  const time = `${table}.${column}`;
  // Seconds since the epoch, because arrays of texts take the driver long.
  const timeAt = (at: string): string =>
    column === 'day' ? `(date '1970-01-01' + (${at} / 86400)::integer)` : `to_timestamp(${at})`;
  const bound = (instantMs: number): string => timeAt(`${place(instantMs / 1_000)}::bigint`);
  const within = [
    `${time} >= ${bound(Math.min(...pieces.map(({ fromMs }) => fromMs)))}`,
    `${time} < ${bound(Math.max(...pieces.map(({ untilMs }) => untilMs)))}`,
  ];
  const [only, ...more] = pieces;
  if (only !== undefined && more.length === 0) return { source: table, piece: String(only.index), within };
  const times = pieces.flatMap(({ index, fromMs, untilMs }) =>
    Array.from({ length: (untilMs - fromMs) / STEP_MS[step] }, (_, n) => ({
      index,
      seconds: (fromMs + n * STEP_MS[step]) / 1_000,
    })),
  );
  const [indexes, starts] = [times.map(({ index }) => index), times.map(({ seconds }) => seconds)];
  const source = `unnest(${place(arrayOf(indexes))}::integer[], ${place(arrayOf(starts))}::bigint[])
    as times (piece, at) join ${table} on ${time} = ${timeAt('times.at')}`;
  return { source, piece: 'times.piece', within };
}

/** What a row has of a column. */
function inRowOf(table: RollupTable, column: Column): string {
  return column in sumColumnsOf(table) ? column : (OUTCOMES_OF_ROW[column] ?? column);
}

/** As PostgreSQL writes an array: the driver would write it number by number. */
const arrayOf = (integers: readonly number[]): string => `{${integers.join(',')}}`;
