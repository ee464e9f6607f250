import { describe, expect, it } from '@jest/globals';
import { retryDelayMs } from './retry-schedule.js';

const most = (): number => 0.999_999;
const least = (): number => 0;

describe('retryDelayMs', () => {
  it('draws from a window that doubles, up to 20 s', () => {
    const windows = [0, 1, 2, 30].map((retry) =>
      Math.round(retryDelayMs('transient', retry, undefined, most) ?? -1),
    );
    expect(windows).toEqual([50, 100, 200, 20_000]);
    expect(retryDelayMs('transient', 3, undefined, least)).toBe(0);
  });

  it('waits at least a second for a provider that is overloaded', () => {
    expect(retryDelayMs('overload', 0, undefined, least)).toBe(1_000);
  });

  it('does not come back before the provider wants, and not at all when that is too long for a call', () => {
    expect(retryDelayMs('throttle', 0, 3, least)).toBe(3_000);
    expect(retryDelayMs('transient', 0, 2, least)).toBe(2_000);
    expect(retryDelayMs('throttle', 0, 6, least)).toBeNull();
    expect(retryDelayMs('throttle', 0, undefined, least)).toBeNull();
    expect(retryDelayMs('transient', 0, Number.NaN, most)).toBeLessThan(50);
  });
});
