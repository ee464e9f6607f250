import type { ProviderUsages, StatsSummary, TokenUsage, TokenUsageRow } from '@ccs/dto';
import { costUsd, figuresOf, sumsOf, tokensOf, total, type Sums } from './figures.js';
import { rangeView } from './range-view.js';
import type { RollupReader } from './rollup-reader.js';
import type { SumRow } from './rollup-statement.js';
import type { RangeQuestion, SummaryQuestion } from './stats-question.js';
import { bucketStarts, dayOf, previousRange, type TimeRange } from './time-range.js';

/** Figures of a range: as a whole, by provider, by day. */
export class Summaries {
  constructor(private readonly rollups: RollupReader) {}

  async summary({ range, filter, compared }: SummaryQuestion): Promise<StatsSummary> {
    const earlier = compared ? previousRange(range) : null;
    const [byDay, previous] = await Promise.all([
      this.byDay({ range, filter }),
      earlier === null ? [] : this.rollups.sums({ ...earlier, filter, groupBy: [], buckets: null }),
    ]);
    const sums = total(byDay.map(sumsOf));
    const figures = figuresOf(sums);
    return {
      total_requests: figures.requests,
      successful_requests: figures.successful_requests,
      failed_requests: figures.failed_requests,
      success_rate: figures.success_rate,
      avg_response_time_ms: figures.avg_response_time_ms,
      provider_stats: Object.fromEntries(
        [...groupedBy(byDay, ({ provider }) => provider ?? '')]
          .filter(([provider]) => provider !== '')
          .map(([provider, rows]) => [provider, providerStats(total(rows.map(sumsOf)))]),
      ),
      token_usage: tokenUsage(range, byDay),
      date_range: rangeView(range),
      figures,
      previous:
        earlier === null
          ? null
          : { date_range: rangeView(earlier), figures: figuresOf(total(previous.map(sumsOf))) },
      generated_at: now(),
    };
  }

  async tokenUsage(question: RangeQuestion): Promise<TokenUsage> {
    return tokenUsage(question.range, await this.byDay(question));
  }

  async providers({ range, filter }: RangeQuestion): Promise<ProviderUsages> {
    const rows = await this.rollups.sums({
      ...range,
      filter,
      groupBy: ['provider', 'model'],
      buckets: null,
    });
    return {
      providers: [...groupedBy(rows, ({ provider }) => provider ?? '')].map(([provider, models]) => ({
        provider_name: named(provider),
        ...figuresOf(total(models.map(sumsOf))),
        models: models.map((row) => ({ model: named(row.model), ...figuresOf(sumsOf(row)) })),
      })),
      date_range: rangeView(range),
      generated_at: now(),
    };
  }

  private byDay({ range, filter }: RangeQuestion): Promise<readonly SumRow[]> {
    return this.rollups.sums({
      ...range,
      filter,
      groupBy: ['provider', 'model'],
      buckets: bucketStarts(range, 'day'),
    });
  }
}

function tokenUsage(range: TimeRange, byDay: readonly SumRow[]): TokenUsage {
  const days = bucketStarts(range, 'day').map((start) => dayOf(start, range.zone));
  const sums = total(byDay.map(sumsOf));
  return {
    summary: byDay.map((row) => tokenUsageRow(days[row.bucket] ?? '', row)),
    total_requests: sums.calls,
    total_input_tokens: sums.inputTokens,
    total_output_tokens: sums.outputTokens,
    total_cache_read_tokens: sums.cacheReadTokens,
    total_cache_write_tokens: sums.cacheWriteTokens,
    total_cost_estimate: costUsd(sums),
    date_range: rangeView(range),
    generated_at: now(),
  };
}

function tokenUsageRow(date: string, row: SumRow): TokenUsageRow {
  const sums = sumsOf(row);
  return {
    date,
    provider_name: named(row.provider),
    model: named(row.model),
    request_count: sums.calls,
    total_input_tokens: sums.inputTokens,
    total_output_tokens: sums.outputTokens,
    total_cache_read_tokens: sums.cacheReadTokens,
    total_cache_write_tokens: sums.cacheWriteTokens,
    total_cost_estimate: costUsd(sums),
  };
}

const providerStats = (sums: Sums): StatsSummary['provider_stats'][string] => ({
  total: sums.calls,
  success: sums.succeeded,
  failed: sums.calls - sums.succeeded - sums.cancelled,
  total_tokens: tokensOf(sums),
  total_cost: costUsd(sums),
});

const groupedBy = <T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(rows, key);

/** '' in the roll-ups: the calls had none. */
const named = (value: string | undefined): string | null =>
  value === undefined || value === '' ? null : value;

const now = (): string => new Date().toISOString();
