import type { RequestLogQueryDto } from '@ccs/dto';
import type { Principal } from '../../auth/principal.js';
import { ValidationFailedError } from '../../errors/caller-errors.js';
import { idRange, timeOfUuid, uuidOf } from './request-id.js';
import { askedUser } from './stats-scope.js';
import { readTimeRange, type TimeRange } from './time-range.js';

/** Which records, newest first. Column conditions with their values, for one statement. */
export interface RequestFilter {
  /** Null: of all times, because an id says when. */
  readonly range: TimeRange | null;
  readonly conditions: readonly Condition[];
  /** No condition but on dimensions of the roll-ups: those can count. */
  readonly countable: boolean;
  /** One of the conditions is known to leave few records. */
  readonly few: boolean;
}

/** `sql` has `$?` where each value goes. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** As the index has it. */
const SESSION = 'session_id is not null and session_id collate "C"';

/** Throws as `readTimeRange` and `askedUser` do. */
export function requestFilter(reader: Principal, query: RequestLogQueryDto, nowMs: number): RequestFilter {
  const user = askedUser(reader, query);
  const equal = (column: string, value: unknown): Condition[] =>
    value === undefined || value === null ? [] : [{ sql: `${column} = $?`, values: [value] }];
  const dimensions = [
    ...equal('user_id', user),
    ...equal('key_id', numeric(query.key_id)),
    ...equal('provider', query.provider ?? query.provider_name),
    ...equal('target_model', query.model),
    ...equal('tier', query.tier),
    ...(query.status === undefined ? [] : outcome(query.status)),
  ];
  const others = [
    ...(query.status_code === undefined ? [] : statusOf('=', Number(query.status_code))),
    ...equal('error_code', query.error_code),
    ...(query.session_id === undefined ? [] : [{ sql: `${SESSION} = $?`, values: [query.session_id] }]),
    ...(query.status_min === undefined ? [] : statusOf('>=', Number(query.status_min))),
    ...(query.min_duration_ms === undefined ? [] : slowerThan(Number(query.min_duration_ms))),
    ...flag(query.retried, 'attempts > 1'),
    ...flag(query.estimated, 'estimated'),
    ...flag(query.lossy, `losses <> '{}'`),
    ...(query.q === undefined ? [] : [searched(query.q.trim())]),
  ];
  const anyTime = query.q !== undefined && query.date_from === undefined && query.date_to === undefined;
  return {
    range: anyTime ? null : readTimeRange(query, nowMs),
    conditions: [...dimensions, ...others],
    countable: others.length === 0 && !anyTime,
    few: query.session_id !== undefined || query.q !== undefined,
  };
}

/** Older than the record of the cursor. */
export function olderThan(cursor: string): Condition {
  const uuid = uuidOf(cursor);
  if (uuid === null) {
    const detail = 'cursor must be the next_cursor of an earlier page';
    throw new ValidationFailedError([{ pointer: '/cursor', code: 'cursor', detail }]);
  }
  const at = new Date(timeOfUuid(uuid)).toISOString();
  // The first half is what partitions and indexes are chosen by.
  return {
    sql: 'called_at <= $?::timestamptz and (called_at, request_id) < ($?::timestamptz, $?::uuid)',
    values: [at, at, uuid],
  };
}

export function within({ fromMs, untilMs }: TimeRange): Condition {
  return {
    sql: 'called_at >= $?::timestamptz and called_at < $?::timestamptz',
    values: [new Date(fromMs).toISOString(), new Date(untilMs).toISOString()],
  };
}

/** The conditions as one, with numbered places from `$1`, and their values in order. */
export function whereOf(conditions: readonly Condition[]): {
  readonly sql: string;
  readonly values: readonly unknown[];
} {
  const values = conditions.flatMap((condition) => condition.values);
  let place = 0;
  const sql = conditions.map((condition) => condition.sql.replaceAll('$?', () => `$${(place += 1)}`));
  return { sql: sql.length === 0 ? 'true' : sql.join(' and '), values };
}

/** Of all but successes there is an index. */
function outcome(status: string): Condition[] {
  const failed = status === 'success' ? '' : `status <> 'success' and `;
  return [{ sql: `${failed}status = $?`, values: [status] }];
}

/** From 400 on there is an index. */
function statusOf(comparison: '=' | '>=', status: number): Condition[] {
  const failed = status >= 400 ? 'http_status >= 400 and ' : '';
  return [{ sql: `${failed}http_status ${comparison} $?`, values: [status] }];
}

/** From ten seconds on there is an index. */
function slowerThan(durationMs: number): Condition[] {
  const slow = durationMs >= 10_000 ? 'duration_ms >= 10000 and ' : '';
  return [{ sql: `${slow}duration_ms >= $?`, values: [durationMs] }];
}

function flag(value: string | undefined, sql: string): Condition[] {
  if (value === undefined) return [];
  return [{ sql: value === 'true' ? sql : `not (${sql})`, values: [] }];
}

function searched(text: string): Condition {
  const ids = idRange(text);
  if (ids === null) {
    const pattern = `${text.replace(/[\\%_]/g, '\\$&')}%`;
    return { sql: `${SESSION} like $?`, values: [pattern] };
  }
  return {
    sql: 'called_at >= $?::timestamptz and called_at <= $?::timestamptz and request_id between $?::uuid and $?::uuid',
    values: [new Date(ids.fromMs).toISOString(), new Date(ids.toMs).toISOString(), ids.first, ids.last],
  };
}

const numeric = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);
