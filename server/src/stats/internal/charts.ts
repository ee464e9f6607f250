import type { Timeseries, TimeseriesLine, TimeseriesPoint } from '@ccs/dto';
import { figuresOf, minus, NOTHING, plus, sumsOf, total, type Sums } from './figures.js';
import { rangeView } from './range-view.js';
import type { RollupReader } from './rollup-reader.js';
import type { Dimension, RollupFilter, SumRow } from './rollup-statement.js';
import type { ChartQuestion, Grouping, Value } from './stats-question.js';
import { bucketStarts, inZone, previousRange, type Granularity, type TimeRange } from './time-range.js';

/** A range cut into hours or days of its zone. */
interface Axis {
  readonly range: TimeRange;
  readonly starts: readonly number[];
  /** Those, as they are told. */
  readonly labels: readonly string[];
}

/** Sums by index of bucket. */
type Buckets = ReadonlyMap<number, Sums>;

/** Charts: sums per hour or day, as a whole and by the values of one dimension. */
export class Charts {
  constructor(private readonly rollups: RollupReader) {}

  async timeseries({ range, granularity, filter, grouping, compared }: ChartQuestion): Promise<Timeseries> {
    const axis = axisOf(range, granularity);
    const before = compared ? axisOf(previousRange(range), granularity) : null;
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
    return values.map((value) => {
      const own = (rows: readonly SumRow[]): readonly SumRow[] =>
        rows.filter((row) => row[dimension] === value);
      const buckets = new Map(own(points).map((row) => [row.bucket, sumsOf(row)]));
      return {
        buckets,
        line: {
          value: value === '' || value === 0 ? null : String(value),
          other: false,
          label: labels.get(String(value)) ?? null,
          totals: figuresOf(total([...buckets.values()])),
          previous_totals: before === null ? null : figuresOf(total(own(earlier).map(sumsOf))),
          points: pointsOf(buckets, axis),
        },
      };
    });
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
