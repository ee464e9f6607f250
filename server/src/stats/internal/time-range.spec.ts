import { describe, expect, it } from '@jest/globals';
import { ValidationFailedError } from '../../errors/caller-errors.js';
import { bucketStarts, inZone, previousRange, readTimeRange } from './time-range.js';

const NOW = Date.parse('2026-11-25T14:07:33Z');
const iso = (instantMs: number): string => new Date(instantMs).toISOString();
const range = (date_from?: string, date_to?: string, tz?: string) =>
  readTimeRange({ date_from, date_to, tz }, NOW);
const ends = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }): string[] => [
  iso(fromMs),
  iso(untilMs),
];

describe('the range of a question', () => {
  it('is the last seven days of the zone if nothing is said', () => {
    expect(ends(range())).toEqual(['2026-11-19T00:00:00.000Z', '2026-11-26T00:00:00.000Z']);
    expect(ends(range(undefined, undefined, 'Asia/Kathmandu'))).toEqual([
      '2026-11-18T18:15:00.000Z',
      '2026-11-25T18:15:00.000Z',
    ]);
  });

  it('has its last day in it', () => {
    expect(ends(range('2026-11-01', '2026-11-01', 'America/New_York'))).toEqual([
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ]);
  });

  it('moves instants outwards to the quarter of an hour', () => {
    expect(ends(range('2026-11-22T14:01:00+01:00', '2026-11-22T13:30:01Z'))).toEqual([
      '2026-11-22T13:00:00.000Z',
      '2026-11-22T13:45:00.000Z',
    ]);
  });

  it('has as many days before it, however long they were', () => {
    const week = range('2026-03-27', '2026-04-02', 'Europe/Berlin');
    expect(ends(previousRange(week))).toEqual(['2026-03-19T23:00:00.000Z', '2026-03-26T23:00:00.000Z']);
    const hours = range('2026-03-29T06:00:00Z', '2026-03-29T12:00:00Z', 'Europe/Berlin');
    expect(ends(previousRange(hours))).toEqual(['2026-03-29T00:00:00.000Z', '2026-03-29T06:00:00.000Z']);
  });

  it.each([
    ['2026-11-25', '2026-11-24', 'UTC'],
    ['2019-12-31', '2026-11-24', 'UTC'],
    ['2026-11-25T10:00:00', '2026-11-25', 'UTC'],
    ['2026-11-25', '2026-11-25', 'Nowhere/Land'],
    ['2026-11-25', '2026-11-25', '-03:30'],
  ])('is not %s to %s in %s', (from, to, zone) => {
    expect(() => range(from, to, zone)).toThrow(ValidationFailedError);
  });
});

describe('hours and days of a zone', () => {
  const starts = (from: string, to: string, zone: string, granularity: 'hour' | 'day'): string[] =>
    bucketStarts(range(from, to, zone), granularity).map((start) => inZone(start, zone));

  it('are as long as the clock says', () => {
    expect(starts('2026-10-24', '2026-10-26', 'Europe/Berlin', 'day')).toEqual([
      '2026-10-24T00:00:00+02:00',
      '2026-10-25T00:00:00+02:00',
      '2026-10-26T00:00:00+01:00',
    ]);
    expect(starts('2026-10-25', '2026-10-25', 'Europe/Berlin', 'hour')).toHaveLength(25);
    expect(starts('2026-03-29', '2026-03-29', 'Europe/Berlin', 'hour')).toHaveLength(23);
  });

  it('have a half one where the clock changes by half an hour', () => {
    const hours = starts('2026-04-05', '2026-04-05', 'Australia/Lord_Howe', 'hour');
    expect(hours.slice(0, 4)).toEqual([
      '2026-04-05T00:00:00+11:00',
      '2026-04-05T01:00:00+11:00',
      '2026-04-05T01:30:00+10:30',
      '2026-04-05T02:00:00+10:30',
    ]);
  });

  it('begin before the range where that begins within one', () => {
    expect(starts('2026-11-25T10:30:00Z', '2026-11-25T12:00:00Z', 'Asia/Kolkata', 'hour')).toEqual([
      '2026-11-25T16:00:00+05:30',
      '2026-11-25T17:00:00+05:30',
    ]);
    expect(starts('2026-11-25T10:45:00Z', '2026-11-25T11:00:00Z', 'UTC', 'hour')).toEqual([
      '2026-11-25T10:00:00+00:00',
    ]);
  });

  it('are 800 at most', () => {
    expect(() => starts('2026-01-01', '2026-06-30', 'UTC', 'hour')).toThrow(ValidationFailedError);
  });
});
