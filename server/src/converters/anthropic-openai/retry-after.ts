import type { ErrorFacts } from './read-error-body.js';

/** Response headers by lower-case name, as node:http and undici give them. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** When a provider says to come back: the value for the client's `retry-after`, and the seconds if they are known. */
export interface RetryAfter {
  readonly header: string;
  readonly seconds: number | undefined;
}

const WAIT_IN_WORDS = /(?:try again|retry) (?:in|after) ([^\n]{1,60})/i;
const DURATION =
  /\s?(?:and )?(\d{1,9}(?:\.\d{1,9})?) ?(milliseconds?|ms|days?|d|hours?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])/iy;

/**
 * The provider's `retry-after`; where a 429 lacks one, the wait it names in words or in Google's RetryInfo,
 * in whole seconds, rounded up, at least one (specification E5).
 */
export function readRetryAfter(
  status: number,
  headers: ResponseHeaders,
  facts: ErrorFacts,
): RetryAfter | null {
  const given = headerOf(headers, 'retry-after');
  if (given !== null) return { header: given, seconds: secondsOf(given, headerOf(headers, 'date')) };
  const milliseconds = Number(headerOf(headers, 'retry-after-ms') ?? Number.NaN);
  if (milliseconds >= 0) return inSeconds(milliseconds / 1000);
  if (status !== 429) return null;
  const wait = facts.retryDelay ?? WAIT_IN_WORDS.exec(facts.message)?.[1];
  return wait === undefined ? null : inSeconds(sumDurations(wait));
}

function headerOf(headers: ResponseHeaders, name: string): string | null {
  const value = headers[name];
  const text = (typeof value === 'string' ? value : (value?.[0] ?? '')).trim();
  return /^[\x20-\x7e]{1,64}$/.test(text) ? text : null;
}

/** A date counts from the provider's own clock, as its `date` header tells it. */
function secondsOf(retryAfter: string, date: string | null): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(retryAfter)) return Math.ceil(Number(retryAfter));
  const wait = Date.parse(retryAfter) - Date.parse(date ?? '');
  return Number.isNaN(wait) ? undefined : Math.max(0, Math.ceil(wait / 1000));
}

function inSeconds(wait: number | null): RetryAfter | null {
  if (wait === null || !Number.isFinite(wait)) return null;
  const seconds = Math.max(1, Math.ceil(wait));
  return { header: String(seconds), seconds };
}

/** `7m12.96s`, `1 minute and 5 seconds`, `20ms` in seconds; null where the text begins with no duration. */
function sumDurations(text: string): number | null {
  let sum: number | null = null;
  DURATION.lastIndex = 0;
  for (let found = DURATION.exec(text); found !== null; found = DURATION.exec(text)) {
    sum = (sum ?? 0) + Number(found[1]) * unitSeconds(found[2] ?? '');
  }
  // 0.02 + 0.98 must not become a little more than 1 and be rounded up.
  return sum === null ? null : Math.round(sum * 1e6) / 1e6;
}

function unitSeconds(unit: string): number {
  const name = unit.toLowerCase();
  if (name.startsWith('ms') || name.startsWith('milli')) return 0.001;
  if (name.startsWith('d')) return 86_400;
  if (name.startsWith('h')) return 3600;
  return name.startsWith('m') ? 60 : 1;
}
