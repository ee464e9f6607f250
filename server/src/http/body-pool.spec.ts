import { describe, expect, it } from '@jest/globals';
import { giveBackBody, takeBody } from './body-pool.js';

const KB = 1024;
const isSame = (one: Buffer, other: Buffer): boolean =>
  one.buffer === other.buffer && one.byteOffset === other.byteOffset;

describe('the memory of bodies', () => {
  it.each([
    ['the same size', 50 * KB, 50 * KB, true],
    ['another size of the same slot', 50 * KB, 20 * KB, true],
    ['a larger slot', 50 * KB, 70 * KB, false],
    ['one too small to be kept', 10 * KB, 10 * KB, false],
    ['one too large to be kept', 2_000 * KB, 2_000 * KB, false],
  ])('is used again for %s: %#', (_, first, second, again) => {
    const before = takeBody(first);
    giveBackBody(before);
    const after = takeBody(second);
    expect([before.length, after.length, isSame(after, before)]).toEqual([first, second, again]);
  });

  it('is one body’s at a time, however often it is given back', () => {
    const one = takeBody(50 * KB);
    expect(isSame(takeBody(50 * KB), one)).toBe(false);
    giveBackBody(one);
    giveBackBody(one);
    expect(isSame(takeBody(50 * KB), takeBody(50 * KB))).toBe(false);
    const foreign = Buffer.alloc(64 * KB);
    giveBackBody(foreign);
    expect(isSame(takeBody(64 * KB), foreign)).toBe(false);
  });
});
