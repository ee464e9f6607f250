import { describe, expect, it } from '@jest/globals';
import { randomUUIDv7 } from 'node:crypto';
import { periodOf, timeOfRequestId } from './spend-period.js';

describe('the periods of a budget', () => {
  it.each([
    ['2026-11-30T23:59:59.999Z', '2026-11-30', '2026-12-01T00:00:00.000Z', '2026-11', '2026-12-01T00:00:00.000Z'],
    ['2026-12-31T12:00:00.000Z', '2026-12-31', '2027-01-01T00:00:00.000Z', '2026-12', '2027-01-01T00:00:00.000Z'],
    ['2028-02-29T00:00:00.000Z', '2028-02-29', '2028-03-01T00:00:00.000Z', '2028-02', '2028-03-01T00:00:00.000Z'],
  ])('of %s are %s until %s and %s until %s', (at, day, dayEnds, month, monthEnds) => {
    const shown = (kind: 'day' | 'month') => {
      const { label, endsAtMs } = periodOf(kind, Date.parse(at));
      return [label, new Date(endsAtMs).toISOString()];
    };
    expect([...shown('day'), ...shown('month')]).toEqual([day, dayEnds, month, monthEnds]);
  }); // prettier-ignore

  it('are those of the time that is in the id of the request', () => {
    const before = Date.now();
    const at = timeOfRequestId(`req_${randomUUIDv7()}`);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });
});
