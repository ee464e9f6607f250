/// <reference lib="esnext.temporal" />
import { ValidationFailedError } from '../../errors/caller-errors.js';

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const DEFAULT_DAYS = 7;
/** Nothing was recorded before, and zones were odder then. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const MAX_DAYS = 3_660;
const MAX_BUCKETS = 800;

/** Instants in milliseconds on quarters of an hour: from `fromMs` on, before `untilMs`. */
export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
  /** IANA name. */
  readonly zone: string;
}

export type Granularity = 'hour' | 'day';

export interface RangeQuery {
  readonly date_from?: string | undefined;
  readonly date_to?: string | undefined;
  readonly tz?: string | undefined;
}

/** Throws `ValidationFailedError` on a zone nobody knows and on a range that is empty or endless. */
export function readTimeRange(query: RangeQuery, nowMs: number): TimeRange {
  const zone = readZone(query.tz);
  const today = at(nowMs, zone).startOfDay();
  const untilMs =
    query.date_to === undefined ? ms(today.add({ days: 1 }).startOfDay()) : endOf(query.date_to, zone);
  const fromMs =
    query.date_from === undefined
      ? ms(
          at(untilMs - 1, zone)
            .startOfDay()
            .subtract({ days: DEFAULT_DAYS - 1 })
            .startOfDay(),
        )
      : startOf(query.date_from, zone);
  if (fromMs < EARLIEST_MS || untilMs > LATEST_MS)
    throw invalid('/date_from', 'range', 'outside of 2020 to 2100');
  if (fromMs >= untilMs) throw invalid('/date_to', 'range', 'date_to must not be before date_from');
  if (untilMs - fromMs > MAX_DAYS * DAY_MS)
    throw invalid('/date_from', 'range', `at most ${MAX_DAYS} days at once`);
  return { fromMs, untilMs, zone };
}

/** As long a time just before; whole days where the range has whole days, however long those were. */
export function previousRange({ fromMs, untilMs, zone }: TimeRange): TimeRange {
  const from = at(fromMs, zone);
  const until = at(untilMs, zone);
  const wholeDays = isMidnight(from) && isMidnight(until);
  const days = from.toPlainDate().until(until.toPlainDate()).days;
  return {
    fromMs: wholeDays ? ms(from.subtract({ days }).startOfDay()) : fromMs - (untilMs - fromMs),
    untilMs: fromMs,
    zone,
  };
}

export const granularityOf = ({ fromMs, untilMs }: TimeRange): Granularity =>
  untilMs - fromMs <= 2 * DAY_MS ? 'hour' : 'day';

/**
 * Where the hours or days of the zone begin, the first at or before the range's start. A change of the clock by half an
 * hour makes an hour of its own. Throws `ValidationFailedError` on more than 800.
 */
export function bucketStarts(range: TimeRange, granularity: Granularity): readonly number[] {
  const starts: number[] = [];
  const next = granularity === 'day' ? nextDay : nextHour;
  let start =
    granularity === 'day'
      ? at(range.fromMs, range.zone).startOfDay()
      : at(range.fromMs, range.zone).round({ smallestUnit: 'hour', roundingMode: 'floor' });
  while (ms(start) < range.untilMs) {
    if (starts.length === MAX_BUCKETS)
      throw invalid(
        '/granularity',
        'range',
        `more than ${MAX_BUCKETS} points; take a shorter range or longer steps`,
      );
    starts.push(ms(start));
    start = next(start);
  }
  return starts;
}

/** `2026-11-25T10:00:00+05:45` */
export const inZone = (instantMs: number, zone: string): string =>
  at(instantMs, zone).toString({ timeZoneName: 'never', smallestUnit: 'second' });

export const dayOf = (instantMs: number, zone: string): string =>
  at(instantMs, zone).toPlainDate().toString();

const nextDay = (start: Temporal.ZonedDateTime): Temporal.ZonedDateTime =>
  start.add({ days: 1 }).startOfDay();

function nextHour(start: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  const next = start.add({ minutes: 60 - start.minute });
  const change = start.getTimeZoneTransition('next');
  return change !== null && ms(change) < ms(next) ? change : next;
}

const at = (instantMs: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(zone);

const ms = (time: Temporal.ZonedDateTime): number => time.epochMilliseconds;

const isMidnight = (time: Temporal.ZonedDateTime): boolean => ms(time) === ms(time.startOfDay());

function readZone(tz = 'UTC'): string {
  try {
    // A name, not an offset: those know no summer.
    if (/^[+-]/.test(tz)) throw new RangeError(tz);
    return at(0, tz).timeZoneId;
  } catch {
    throw invalid('/tz', 'time_zone', 'must be the IANA name of a time zone, such as Asia/Kathmandu');
  }
}

function startOf(text: string, zone: string): number {
  const day = dayIn(text, zone, '/date_from');
  if (day !== null) return ms(day);
  return Math.floor(instantIn(text, '/date_from') / QUARTER_MS) * QUARTER_MS;
}

function endOf(text: string, zone: string): number {
  const day = dayIn(text, zone, '/date_to');
  if (day !== null) return ms(nextDay(day));
  return Math.ceil(instantIn(text, '/date_to') / QUARTER_MS) * QUARTER_MS;
}

/** Null: it is not a day alone. */
function dayIn(text: string, zone: string, pointer: string): Temporal.ZonedDateTime | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  try {
    return Temporal.PlainDate.from(text).toZonedDateTime(zone).startOfDay();
  } catch {
    throw invalid(pointer, 'is_iso8601', 'must be a day or an instant');
  }
}

function instantIn(text: string, pointer: string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    throw invalid(
      pointer,
      'is_iso8601',
      'must be a day (2026-11-25) or an instant with its offset (2026-11-25T14:00:00Z)',
    );
  }
}

function invalid(pointer: string, code: string, detail: string): ValidationFailedError {
  return new ValidationFailedError([{ pointer, code, detail: `${pointer.slice(1)} ${detail}` }]);
}
