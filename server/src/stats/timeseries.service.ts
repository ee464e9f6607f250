import { Injectable } from '@nestjs/common';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type {
  StatsGroup,
  StatsMetric,
  Timeseries,
  TimeseriesLine,
  TimeseriesPoint,
  TimeseriesQueryDto,
} from '@ccs/dto';
import type { Principal } from '../auth/principal.js';
import { ValidationFailedError } from '../errors/caller-errors.js';
import { figuresOf, minus, NOTHING, plus, sumsOf, total, type Sums } from './internal/figures.js';
import { rangeView } from './internal/range-view.js';
import { RollupReader } from './internal/rollup-reader.js';
import type { Dimension, RollupFilter, SumRow } from './internal/rollup-statement.js';
import { DIMENSION_OF, rollupFilter } from './internal/stats-scope.js';
import {
  bucketStarts,
  granularityOf,
  inZone,
  previousRange,
  readTimeRange,
  type Granularity,
  type TimeRange,
} from './internal/time-range.js';

const DEFAULT_TOP = 8;
const MAX_IDS = 100;

/** A range cut into hours or days of its zone. */
interface Axis {
  readonly range: TimeRange;
  readonly starts: readonly number[];
  /** Those, as they are told. */
  readonly labels: readonly string[];
}

/** Sums by index of bucket. */
type Buckets = ReadonlyMap<number, Sums>;

/** Values of one dimension; '' and 0: none. */
type Value = string | number;

interface Grouping {
  readonly group: StatsGroup;
  readonly dimension: Dimension;
  /** Asked for by name, in this order; null: the top ones. */
  readonly ids: readonly Value[] | null;
  readonly top: number;
  readonly topBy: StatsMetric;
}

/** Charts: sums per hour or day, as a whole and by the values of one dimension. */
@Injectable()
export class TimeseriesService {
  constructor(private readonly rollups: RollupReader) {}

  async timeseries(reader: Principal, query: TimeseriesQueryDto): Promise<Timeseries> {
    const range = readTimeRange(query, Date.now());
    const granularity = query.granularity ?? granularityOf(range);
    const axis = axisOf(range, granularity);
    const before = query.compare === undefined ? null : axisOf(previousRange(range), granularity);
    const filter = rollupFilter(reader, query);
    const grouping = groupingOf(query);
    const values = grouping === null ? [] : await this.values(range, filter, grouping);
    // Where every value has a line, the whole is what the lines add up to.
    const linesAreAll = grouping !== null && grouping.ids === null && values.length < grouping.top;
    const [whole, earlier, series] = await Promise.all([
      linesAreAll ? null : this.buckets(axis, filter),
      before === null ? null : this.buckets(before, filter),
      grouping === null ? [] : this.series(axis, before, filter, grouping, values),
    ]);
    const all = whole ?? addedUp(series);
    return {
      granularity,
      group_by: grouping?.group ?? null,
      date_range: rangeView(range),
      starts: axis.labels,
      totals: figuresOf(total([...all.values()])),
      points: pointsOf(all, axis),
      series:
        grouping === null
          ? []
          : [...series, ...otherLine(all, axis, grouping, series)].map(({ line }) => line),
      previous:
        before === null || earlier === null
          ? null
          : {
              date_range: rangeView(before.range),
              totals: figuresOf(total([...earlier.values()])),
              points: pointsOf(earlier, before),
            },
      generated_at: new Date().toISOString(),
    };
  }

  private async buckets({ range, starts }: Axis, filter: RollupFilter): Promise<Buckets> {
    const rows = await this.rollups.sums({ ...range, filter, groupBy: [], buckets: starts });
    return new Map(rows.map((row) => [row.bucket, sumsOf(row)]));
  }

  private async values(
    range: TimeRange,
    filter: RollupFilter,
    { ids, dimension, topBy, top }: Grouping,
  ): Promise<readonly Value[]> {
    return ids ?? (await this.rollups.top({ ...range, filter }, dimension, topBy, top));
  }

  private async series(
    axis: Axis,
    before: Axis | null,
    filter: RollupFilter,
    { dimension, group }: Grouping,
    values: readonly Value[],
  ): Promise<readonly Line[]> {
    const groupBy = [dimension];
    const only = narrowed(filter, dimension, values);
    const [points, earlier, labels] = await Promise.all([
      this.rollups.sums({ ...axis.range, filter: only, groupBy, buckets: axis.starts }),
      before === null ? [] : this.rollups.sums({ ...before.range, filter: only, groupBy, buckets: null }),
      this.rollups.labels(group, values),
    ]);
    const lines: Line[] = [];
    for (const value of values) {
      await turnOfOthers();
      const own = (rows: readonly SumRow[]): readonly SumRow[] =>
        rows.filter((row) => row[dimension] === value);
      const buckets = new Map(own(points).map((row) => [row.bucket, sumsOf(row)]));
      lines.push({
        buckets,
        line: {
          value: value === '' || value === 0 ? null : String(value),
          other: false,
          label: labels.get(String(value)) ?? null,
          totals: figuresOf(total([...buckets.values()])),
          previous_totals: before === null ? null : figuresOf(total(own(earlier).map(sumsOf))),
          points: pointsOf(buckets, axis),
        },
      });
    }
    return lines;
  }
}

interface Line {
  readonly buckets: Buckets;
  readonly line: TimeseriesLine;
}

function axisOf(range: TimeRange, granularity: Granularity): Axis {
  const starts = bucketStarts(range, granularity);
  return { range, starts, labels: starts.map((start) => inZone(start, range.zone)) };
}

function addedUp(lines: readonly Line[]): Buckets {
  const all = new Map<number, Sums>();
  for (const { buckets } of lines)
    for (const [bucket, sums] of buckets) all.set(bucket, plus(all.get(bucket) ?? NOTHING, sums));
  return all;
}

function pointsOf(buckets: Buckets, { labels }: Axis): readonly TimeseriesPoint[] {
  return labels.flatMap((start, index) => {
    const sums = buckets.get(index);
    return sums === undefined || sums.calls === 0 ? [] : [{ start, ...figuresOf(sums) }];
  });
}

/** What the lines leave of the whole; none where values were asked for by name. */
function otherLine(all: Buckets, axis: Axis, { ids }: Grouping, lines: readonly Line[]): readonly Line[] {
  if (ids !== null) return [];
  const rest = new Map(
    [...all].map(([bucket, sums]) => [
      bucket,
      lines.reduce((left, { buckets }) => minus(left, buckets.get(bucket) ?? NOTHING), sums),
    ]),
  );
  const totals = total([...rest.values()]);
  if (totals.calls === 0) return [];
  const line: TimeseriesLine = {
    value: null,
    other: true,
    label: null,
    totals: figuresOf(totals),
    previous_totals: null,
    points: pointsOf(rest, axis),
  };
  return [{ buckets: rest, line }];
}

/** The filter with one dimension narrowed to `values`, within what it allows. */
function narrowed(filter: RollupFilter, dimension: Dimension, values: readonly Value[]): RollupFilter {
  const allowed: readonly Value[] | undefined = filter[dimension];
  return { ...filter, [dimension]: values.filter((value) => allowed?.includes(value) ?? true) };
}

function groupingOf({
  group_by: group,
  ids,
  top,
  top_by: topBy = 'requests',
}: TimeseriesQueryDto): Grouping | null {
  if (group === undefined) return null;
  const dimension = DIMENSION_OF[group];
  return {
    group,
    dimension,
    ids: ids === undefined ? null : readIds(ids, dimension),
    top: Number(top ?? DEFAULT_TOP),
    topBy,
  };
}

function readIds(ids: string, dimension: Dimension): readonly Value[] {
  const texts = [...new Set(ids.split(',').filter((id) => id !== ''))];
  const numbers = dimension === 'user_id' || dimension === 'key_id';
  if (texts.length > MAX_IDS || (numbers && !texts.every((id) => /^\d{1,9}$/.test(id)))) {
    const detail = `ids must be at most ${MAX_IDS} values of group_by, comma-separated`;
    throw new ValidationFailedError([{ pointer: '/ids', code: 'ids', detail }]);
  }
  return numbers ? texts.map(Number) : texts;
}
