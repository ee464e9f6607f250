import { IsString, Length, Matches } from 'class-validator';
import { OptionalField } from './optional-field.js';
import { QueryBoolean, QueryInteger } from './query-values.js';
import { StatsFilterDto, type StatsStatus } from './stats.js';

const LARGEST_NUMBER = 999_999_999;

export class RequestLogQueryDto extends StatsFilterDto {
  /** The original's name for `provider`. */
  @OptionalField() @IsString() @Length(1, 64) provider_name?: string;
  @OptionalField() @QueryInteger(100, 599) status_code?: string;
  @OptionalField() @QueryInteger(100, 599) status_min?: string;
  @OptionalField() @IsString() @Length(1, 64) error_code?: string;
  @OptionalField() @IsString() @Length(1, 200) session_id?: string;
  /** More than one attempt. */
  @OptionalField() @QueryBoolean() retried?: string;
  @OptionalField() @QueryBoolean() estimated?: string;
  /** With something lost in a conversion. */
  @OptionalField() @QueryBoolean() lossy?: string;
  @OptionalField() @QueryInteger(0, LARGEST_NUMBER) min_duration_ms?: string;
  /** A request id, the beginning of one (8 hex digits or more), or a session id or its beginning. */
  @OptionalField() @IsString() @Length(3, 200) q?: string;
  @OptionalField() @QueryInteger(1, 1000) limit?: string;
  /** For the first pages; further ones by `cursor`. */
  @OptionalField() @QueryInteger(0, 10_000) offset?: string;
  /** `next_cursor` of the page before. */
  @OptionalField() @Matches(/^[\w-]{1,200}$/) cursor?: string;
}

export class RequestExportQueryDto extends RequestLogQueryDto {}

/** A line of the request log. */
export interface RequestRow {
  /** As in `x-ccs-request-id`. */
  readonly request_id: string;
  readonly created_at: string;
  readonly user_id: number;
  /** Null: the account is gone. */
  readonly user_email: string | null;
  /** Null: a session. */
  readonly key_id: number | null;
  readonly key_name: string | null;
  readonly requested_model: string;
  /** Null: no target was chosen. */
  readonly provider_name: string | null;
  readonly model: string | null;
  readonly tier: string | null;
  readonly status: StatsStatus;
  /** What the client was answered with; null: nothing. */
  readonly status_code: number | null;
  readonly error_code: string | null;
  readonly attempts: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly estimated: boolean;
  /** Null: the price is not known. */
  readonly cost_usd: number | null;
  readonly first_token_ms: number | null;
  readonly response_time_ms: number;
  readonly stream: boolean;
  readonly session_id: string | null;
  readonly client: string | null;
  readonly losses: readonly string[];
}

export interface RequestLog {
  readonly success: true;
  readonly data: readonly RequestRow[];
  readonly count: number;
  readonly total: number;
  /** False: there are more than `total`. */
  readonly total_is_exact: boolean;
  readonly page: number;
  readonly page_size: number;
  readonly total_pages: number;
  /** For the next page; null: this was the last. */
  readonly next_cursor: string | null;
  readonly generated_at: string;
}

/** A target of the route, in the router's order. */
export interface RequestCandidate {
  readonly provider_name: string;
  readonly api_format: string;
  readonly model: string;
  /** Whether it was tried, and why not. */
  readonly fate: string;
  /** In words; '' where the fate says it all. */
  readonly reason: string;
}

export const TOKEN_KINDS = ['input', 'output', 'cache_read', 'cache_write'] as const;

/** A kind of token at the price of its target at the time of the call; the recorded cost is their rounded sum. */
export interface CostLine {
  readonly kind: (typeof TOKEN_KINDS)[number];
  readonly tokens: number;
  /** Null: not known. */
  readonly usd_per_million: number | null;
  readonly cost_usd: number | null;
}

/** One try at one target; times in milliseconds since the call began. */
export interface RequestAttempt {
  readonly attempt: number;
  readonly provider_name: string;
  readonly api_format: string;
  readonly model: string;
  readonly tier: string | null;
  /** `answered`, `client_gone`, `failed`. */
  readonly outcome: string;
  readonly error_class: string | null;
  readonly error_code: string | null;
  readonly upstream_status: number | null;
  readonly started_ms: number;
  readonly first_event_ms: number | null;
  readonly ended_ms: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  /** Empty: nothing is known of its tokens. */
  readonly cost_lines: readonly CostLine[];
  /** Where the price is from; null: none is known. */
  readonly price_source: 'set' | 'file' | 'shipped' | null;
  /** Null: always. */
  readonly price_valid_from: string | null;
  readonly losses: readonly string[];
}

export interface RequestDetail extends RequestRow {
  readonly recorded_at: string;
  readonly candidates: readonly RequestCandidate[];
  readonly trace: readonly RequestAttempt[];
}
