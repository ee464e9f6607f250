import type { StatsGroup, StatsMetric } from '@ccs/dto';
import type { Dimension, RollupFilter } from './rollup-statement.js';
import type { Granularity, TimeRange } from './time-range.js';

/** What is asked of the roll-ups, its reader's rights already in the filter: plain data, for another thread. */
export type StatsQuestion =
  | ({ readonly about: 'token-usage' | 'providers' } & RangeQuestion)
  | ({ readonly about: 'summary' } & SummaryQuestion)
  | ({ readonly about: 'timeseries' } & ChartQuestion);

export interface RangeQuestion {
  readonly range: TimeRange;
  readonly filter: RollupFilter;
}

export interface SummaryQuestion extends RangeQuestion {
  /** With as long a time just before. */
  readonly compared: boolean;
}

export interface ChartQuestion extends SummaryQuestion {
  readonly granularity: Granularity;
  /** Null: as a whole only. */
  readonly grouping: Grouping | null;
}

/** Values of one dimension; '' and 0: none. */
export type Value = string | number;

export interface Grouping {
  readonly group: StatsGroup;
  readonly dimension: Dimension;
  /** Asked for by name, in this order; null: the top ones. */
  readonly ids: readonly Value[] | null;
  readonly top: number;
  readonly topBy: StatsMetric;
}
