import { Injectable } from '@nestjs/common';
import type { StatsFilterDto, StatsSummaryQueryDto, TimeseriesQueryDto } from '@ccs/dto';
import type { Principal } from '../auth/principal.js';
import { ValidationFailedError } from '../errors/caller-errors.js';
import type { Dimension } from './internal/rollup-statement.js';
import type { Grouping, RangeQuestion, Value } from './internal/stats-question.js';
import { DIMENSION_OF, rollupFilter } from './internal/stats-scope.js';
import { StatsThread } from './internal/stats-thread.js';
import { granularityOf, readTimeRange } from './internal/time-range.js';

const DEFAULT_TOP = 8;
const MAX_IDS = 100;

/**
 * Figures and charts of a range, as JSON in UTF-8. Without the permission `stats`, of the reader's own calls. All throw
 * `ValidationFailedError`, `PermissionDeniedError` and `StatisticsBusyError`.
 */
@Injectable()
export class StatsService {
  constructor(private readonly thread: StatsThread) {}

  /** A `StatsSummary`. */
  async summary(reader: Principal, query: StatsSummaryQueryDto): Promise<Uint8Array> {
    const compared = query.compare !== undefined;
    return this.thread.answer({ about: 'summary', ...rangeOf(reader, query), compared });
  }

  /** A `TokenUsage`. */
  async tokenUsage(reader: Principal, query: StatsFilterDto): Promise<Uint8Array> {
    return this.thread.answer({ about: 'token-usage', ...rangeOf(reader, query) });
  }

  /** `ProviderUsages`. */
  async providers(reader: Principal, query: StatsFilterDto): Promise<Uint8Array> {
    return this.thread.answer({ about: 'providers', ...rangeOf(reader, query) });
  }

  /** A `Timeseries`. */
  async timeseries(reader: Principal, query: TimeseriesQueryDto): Promise<Uint8Array> {
    const asked = rangeOf(reader, query);
    return this.thread.answer({
      about: 'timeseries',
      ...asked,
      granularity: query.granularity ?? granularityOf(asked.range),
      grouping: groupingOf(query),
      compared: query.compare !== undefined,
    });
  }
}

const rangeOf = (reader: Principal, query: StatsFilterDto): RangeQuestion => ({
  range: readTimeRange(query, Date.now()),
  filter: rollupFilter(reader, query),
});

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
