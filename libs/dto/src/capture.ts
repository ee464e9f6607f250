import { IsIn, IsInt, IsISO8601, Matches, Max, Min } from 'class-validator';
import { OptionalField } from './optional-field.js';
import { LARGEST_ID, QueryInteger } from './query-values.js';

/** A forgotten capture ends by itself. */
export const MAX_CAPTURE_DAYS = 7;

export const CAPTURE_SUBJECTS = ['key', 'user'] as const;
export type CaptureSubject = (typeof CAPTURE_SUBJECTS)[number];

/** Whose calls are captured, and until when; an earlier rule for the same subject is replaced. */
export class SetCaptureRuleDto {
  @IsIn(CAPTURE_SUBJECTS) subject: CaptureSubject;
  @IsInt() @Min(1) @Max(LARGEST_ID) subject_id: number;
  /** RFC 3339, at most seven days ahead. */
  @IsISO8601({ strict: true }) until: string;
}

/** Exactly one of them. */
export class DeleteCapturesQueryDto {
  @OptionalField() @QueryInteger(1, 999_999_999) user_id?: string;
  @OptionalField() @QueryInteger(1, 999_999_999) key_id?: string;
  @OptionalField() @Matches(/^(req_)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i) request_id?: string;
}

export interface CaptureRuleView {
  readonly id: number;
  readonly subject: CaptureSubject;
  readonly subject_id: number;
  readonly until: string;
  readonly created_by: number | null;
  readonly created_at: string;
}

export const CAPTURED_PARTS = [
  'client_request',
  'upstream_request',
  'upstream_response',
  'client_answer',
] as const;
export type CapturedPart = (typeof CAPTURED_PARTS)[number];

/** One body on the way: what the client sent, what went upstream, what came back, what the client got. */
export interface CapturedBody {
  readonly part: CapturedPart;
  /** From 1; null for what the client sent and got. */
  readonly attempt: number | null;
  readonly provider: string | null;
  readonly model: string | null;
  /** HTTP status of a response; null where there is none. */
  readonly status: number | null;
  /** Secrets replaced by `[redacted]`. */
  readonly text: string;
  /** Of the whole body. */
  readonly size_bytes: number;
  /** Only the beginning was kept. */
  readonly truncated: boolean;
  /** How many secrets were replaced. */
  readonly redacted: number;
}

export interface CaptureView {
  /** `req_…`. */
  readonly request_id: string;
  readonly user_id: number;
  readonly key_id: number | null;
  readonly captured_at: string;
  readonly bodies: readonly CapturedBody[];
}
