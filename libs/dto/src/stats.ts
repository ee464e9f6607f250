import { IsIn, IsISO8601, IsString, Length, MaxLength } from 'class-validator';
import { OptionalField } from './optional-field.js';
import { QueryInteger } from './query-values.js';

export const STATS_STATUSES = ['success', 'error', 'client_gone', 'refused', 'interrupted'] as const;
export type StatsStatus = (typeof STATS_STATUSES)[number];

export const STATS_GROUPS = ['provider', 'model', 'tier', 'user', 'key', 'status'] as const;
export type StatsGroup = (typeof STATS_GROUPS)[number];

export const STATS_METRICS = ['requests', 'tokens', 'cost'] as const;
export type StatsMetric = (typeof STATS_METRICS)[number];

const LARGEST_ID = 999_999_999;

/** What the figures are of. Everything is a text: it comes in a query. */
export class StatsFilterDto {
  /**
   * A day of `tz` (`2026-11-25`; as `date_to` it is included) or an instant (RFC 3339), which is moved outwards to the
   * quarter of an hour. Left out: the last seven days.
   */
  @OptionalField() @IsISO8601({ strict: true }) date_from?: string;
  @OptionalField() @IsISO8601({ strict: true }) date_to?: string;
  /** IANA name; left out: UTC. */
  @OptionalField() @IsString() @MaxLength(64) tz?: string;
  @OptionalField() @IsString() @Length(1, 64) provider?: string;
  /** The provider's model. */
  @OptionalField() @IsString() @Length(1, 200) model?: string;
  @OptionalField() @IsString() @Length(1, 64) tier?: string;
  @OptionalField() @QueryInteger(1, LARGEST_ID) user_id?: string;
  @OptionalField() @QueryInteger(1, LARGEST_ID) key_id?: string;
  @OptionalField() @IsIn(STATS_STATUSES) status?: StatsStatus;
}

export class StatsSummaryQueryDto extends StatsFilterDto {
  /** Adds the same figures for as long a time just before. */
  @OptionalField() @IsIn(['previous']) compare?: 'previous';
}

export class TimeseriesQueryDto extends StatsSummaryQueryDto {
  /** Left out: hours for up to two days, else days. */
  @OptionalField() @IsIn(['hour', 'day']) granularity?: 'hour' | 'day';
  @OptionalField() @IsIn(STATS_GROUPS) group_by?: StatsGroup;
  /** Values of `group_by`, comma-separated: a series for each of them and no others. */
  @OptionalField() @IsString() @MaxLength(4_000) ids?: string;
  /** How many series before the rest becomes one; left out: 8. */
  @OptionalField() @QueryInteger(1, 50) top?: string;
  /** What decides which are on top; left out: requests. */
  @OptionalField() @IsIn(STATS_METRICS) top_by?: StatsMetric;
}

/** Sums over calls. */
export interface UsageFigures {
  readonly requests: number;
  readonly successful_requests: number;
  /** Errors, calls refused here, and calls whose process died. */
  readonly failed_requests: number;
  /** The client left: neither a success nor a failure. */
  readonly cancelled_requests: number;
  /** 0-100, of those that succeeded or failed; null: none did. */
  readonly success_rate: number | null;
  readonly attempts: number;
  /** The four kinds do not overlap. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly total_tokens: number;
  /** Of the calls whose price is known; null: of none. */
  readonly cost_usd: number | null;
  /** Calls whose price is not known. */
  readonly unpriced_requests: number;
  readonly estimated_requests: number;
  /** From the call to its first event; null: there was none. */
  readonly avg_first_token_ms: number | null;
  /** Of successful calls; null: there was none. */
  readonly avg_response_time_ms: number | null;
}

export interface StatsRange {
  /** Days of `tz`, both included. */
  readonly from: string;
  readonly to: string;
  /** The instants: from `since` on, before `until`. */
  readonly since: string;
  readonly until: string;
  readonly tz: string;
}

export interface StatsAnswer<T> {
  readonly success: true;
  readonly data: T;
}

export interface TokenUsageRow {
  readonly date: string;
  /** Null: the calls reached no provider. */
  readonly provider_name: string | null;
  readonly model: string | null;
  readonly request_count: number;
  readonly total_input_tokens: number;
  readonly total_output_tokens: number;
  readonly total_cache_read_tokens: number;
  readonly total_cache_write_tokens: number;
  /** USD; null: no price is known. */
  readonly total_cost_estimate: number | null;
}

export interface TokenUsage {
  readonly summary: readonly TokenUsageRow[];
  readonly total_requests: number;
  readonly total_input_tokens: number;
  readonly total_output_tokens: number;
  readonly total_cache_read_tokens: number;
  readonly total_cache_write_tokens: number;
  readonly total_cost_estimate: number | null;
  readonly date_range: StatsRange;
  readonly generated_at: string;
}

export interface StatsSummary {
  readonly total_requests: number;
  readonly successful_requests: number;
  readonly failed_requests: number;
  readonly success_rate: number | null;
  readonly avg_response_time_ms: number | null;
  /** By provider; calls that reached none are in the totals only. */
  readonly provider_stats: Readonly<
    Record<
      string,
      {
        readonly total: number;
        readonly success: number;
        readonly failed: number;
        readonly total_tokens: number;
        readonly total_cost: number | null;
      }
    >
  >;
  readonly token_usage: TokenUsage;
  readonly date_range: StatsRange;
  readonly figures: UsageFigures;
  readonly previous: { readonly date_range: StatsRange; readonly figures: UsageFigures } | null;
  readonly generated_at: string;
}

export interface ProviderUsage extends UsageFigures {
  /** Null: the calls reached no provider. */
  readonly provider_name: string | null;
  readonly models: readonly (UsageFigures & { readonly model: string | null })[];
}

export interface ProviderUsages {
  readonly providers: readonly ProviderUsage[];
  readonly date_range: StatsRange;
  readonly generated_at: string;
}

export interface TimeseriesPoint extends UsageFigures {
  /** Start of the hour or day with its offset from UTC; the first may begin before the range. */
  readonly start: string;
}

export interface TimeseriesLine {
  /** A value of `group_by` (ids as texts); null: the calls had none; of `other`: all that is not in a line of its own. */
  readonly value: string | null;
  readonly other: boolean;
  /** E-mail of a user, name of a key; null where it is gone or the value speaks for itself. */
  readonly label: string | null;
  readonly totals: UsageFigures;
  /** Null without `compare`. */
  readonly previous_totals: UsageFigures | null;
  /** Those with calls, in order of time. */
  readonly points: readonly TimeseriesPoint[];
}

export interface Timeseries {
  readonly granularity: 'hour' | 'day';
  readonly group_by: StatsGroup | null;
  readonly date_range: StatsRange;
  /** Starts of all hours or days, with or without calls. */
  readonly starts: readonly string[];
  readonly totals: UsageFigures;
  readonly points: readonly TimeseriesPoint[];
  readonly series: readonly TimeseriesLine[];
  readonly previous: {
    readonly date_range: StatsRange;
    readonly totals: UsageFigures;
    readonly points: readonly TimeseriesPoint[];
  } | null;
  readonly generated_at: string;
}
