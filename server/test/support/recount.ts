import type { UsageFigures } from '@ccs/dto';
import type { CallRecord } from '../../src/usage/call-record.js';

/** A record and when it was. */
export interface TimedRecord {
  readonly atMs: number;
  readonly record: CallRecord;
}

/** What the statistics should say of the records: counted one by one, by other means than theirs. */
export function recount(records: readonly CallRecord[]): UsageFigures {
  const count = (is: (record: CallRecord) => boolean): number => records.filter(is).length;
  const sum = (of: (record: CallRecord) => number): number =>
    records.reduce((so_far, record) => so_far + of(record), 0);
  const succeeded = records.filter(({ status }) => status === 'success');
  const failed = count(({ status }) => ['error', 'refused', 'interrupted'].includes(status));
  const told = records.filter(({ firstEventMs }) => firstEventMs !== null);
  const priced = records.filter(({ costNanoUsd }) => costNanoUsd !== null);
  const [input, output] = [sum((one) => one.inputTokens), sum((one) => one.outputTokens)];
  const [read, written] = [sum((one) => one.cacheReadTokens), sum((one) => one.cacheWriteTokens)];
  return {
    requests: records.length,
    successful_requests: succeeded.length,
    failed_requests: failed,
    cancelled_requests: count(({ status }) => status === 'client_gone'),
    success_rate:
      succeeded.length + failed === 0 ? null : (100 * succeeded.length) / (succeeded.length + failed),
    attempts: sum((one) => one.attempts),
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: read,
    cache_write_tokens: written,
    total_tokens: input + output + read + written,
    cost_usd:
      records.length > 0 && priced.length === 0
        ? null
        : priced.reduce((nano, { costNanoUsd }) => nano + (costNanoUsd ?? 0), 0) / 1e9,
    unpriced_requests: records.length - priced.length,
    estimated_requests: count(({ estimated }) => estimated),
    avg_first_token_ms:
      told.length === 0
        ? null
        : told.reduce((ms, { firstEventMs }) => ms + (firstEventMs ?? 0), 0) / told.length,
    avg_response_time_ms:
      succeeded.length === 0
        ? null
        : succeeded.reduce((ms, { durationMs }) => ms + durationMs, 0) / succeeded.length,
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a zone, by `Intl`: `2026-04-05T01:30` and its offset, `+10:30`. */
export function wallClock(atMs: number, zone: string): { readonly time: string; readonly offset: string } {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    });
  formats.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const offset = (parts['timeZoneName'] ?? '').replace('GMT', '');
  return {
    time: `${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}`,
    offset: offset === '' ? '+00:00' : offset,
  };
}
