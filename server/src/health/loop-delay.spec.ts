import { describe, expect, it } from '@jest/globals';
import { LoopDelay } from './loop-delay.js';

/** A loop whose timer fired at these times. */
function sampledAt(...times: number[]): LoopDelay {
  const delay = new LoopDelay(250);
  for (const time of times) delay.sample(time);
  return delay;
}

describe('the delay of the event loop', () => {
  it('is what the timer was late, or is by now', () => {
    expect(sampledAt(0, 250, 500).delayAt(600)).toBe(0);
    expect(sampledAt(0, 250, 900).delayAt(910)).toBe(400);
    expect(sampledAt(0, 250).delayAt(1_500)).toBe(1_000);
  });

  it('is no trouble before the first sample', () => {
    expect([sampledAt().delayAt(10_000), sampledAt().stuckAt(10_000)]).toEqual([0, false]);
  });

  it('means stuck once it has been late by a second for five, without a break', () => {
    expect(sampledAt(0, 1_300, 2_600, 3_900).stuckAt(5_249)).toBe(false);
    expect(sampledAt(0, 1_300, 2_600, 3_900, 5_200).stuckAt(5_250)).toBe(true);
    expect(sampledAt(0, 1_300, 2_600, 2_850, 3_900, 5_200).stuckAt(5_250)).toBe(false);
    expect(sampledAt(0).stuckAt(5_250)).toBe(true);
  });

  it('is forgotten with the first turn in time', () => {
    expect(sampledAt(0, 6_000).stuckAt(6_001)).toBe(true);
    expect(sampledAt(0, 6_000, 6_250).stuckAt(6_251)).toBe(false);
  });
});
