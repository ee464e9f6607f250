import { describe, expect, it } from '@jest/globals';
import { cutInto, STEP_MS, type Step } from './rollup-pieces.js';

const ALL: readonly Step[] = ['day', 'hour', 'quarter'];
const at = (text: string): number => Date.parse(`2026-${text}:00Z`);

describe('buckets cut into pieces', () => {
  it('are whole steps where their edges lie on some', () => {
    const edges = [at('11-01T00:00'), at('11-02T00:00'), at('11-03T00:00')];
    expect(cutInto(edges, ALL)).toEqual({
      pieces: [
        { step: 'day', fromMs: edges[0], untilMs: edges[1] },
        { step: 'day', fromMs: edges[1], untilMs: edges[2] },
      ],
      shares: [
        { piece: 0, bucket: 0, sign: 1 },
        { piece: 1, bucket: 1, sign: 1 },
      ],
    });
  });

  it('are the nearest steps, more what is missing and less what is too much, each piece read once', () => {
    const { pieces, shares } = cutInto([at('11-01T18:15'), at('11-01T19:15'), at('11-01T20:00')], ALL);
    expect(pieces).toEqual([
      { step: 'hour', fromMs: at('11-01T18:00'), untilMs: at('11-01T19:00') },
      { step: 'quarter', fromMs: at('11-01T18:00'), untilMs: at('11-01T18:15') },
      { step: 'hour', fromMs: at('11-01T19:00'), untilMs: at('11-01T20:00') },
      { step: 'quarter', fromMs: at('11-01T19:00'), untilMs: at('11-01T19:15') },
    ]);
    expect(shares).toEqual([
      { piece: 0, bucket: 0, sign: 1 },
      { piece: 1, bucket: 0, sign: -1 },
      { piece: 2, bucket: 1, sign: 1 },
      { piece: 3, bucket: 0, sign: 1 },
      { piece: 3, bucket: 1, sign: -1 },
    ]);
  });

  it.each([
    ['days that begin at 18:15', 96, 73, 0],
    ['days that begin at 8:00', 96, 32, 0],
    ['days, the first and the last of few hours', 96, 73, 75],
    ['days, the first and the last of a quarter of an hour', 96, 90, 95],
    ['hours that begin at half past', 4, 2, 0],
    ['days that are not as long as others', 92, 7, 0],
    ['one range', 700, 5, 0],
    ['a quarter of an hour', 1, 3, 0],
  ])('cover every quarter of their own once, and no other: %s', (_, quarters, first, missing) => {
    const edges = Array.from({ length: 9 }, (__, n) => {
      const whole = (first + n * quarters) * STEP_MS.quarter;
      return whole + (n === 0 ? missing : n === 8 ? -missing : 0) * STEP_MS.quarter;
    });
    const { pieces, shares } = cutInto(edges, ALL);
    const covered = new Map<string, number>();
    for (const { piece, bucket, sign } of shares) {
      const { fromMs = 0, untilMs = 0 } = pieces[piece] ?? {};
      for (let quarter = fromMs; quarter < untilMs; quarter += STEP_MS.quarter) {
        const key = `${bucket} ${quarter}`;
        const count = (covered.get(key) ?? 0) + sign;
        if (count === 0) covered.delete(key);
        else covered.set(key, count);
      }
    }
    const own = edges
      .slice(0, -1)
      .flatMap((edge, bucket) =>
        Array.from(
          { length: ((edges[bucket + 1] ?? edge) - edge) / STEP_MS.quarter },
          (__, n) => [`${bucket} ${edge + n * STEP_MS.quarter}`, 1] as const,
        ),
      );
    expect(covered).toEqual(new Map(own));
    // Where most are days, days are read.
    if (quarters > 90) expect(pieces.some(({ step }) => step === 'day')).toBe(true);
    expect(
      pieces.every(
        ({ step, fromMs, untilMs }) => fromMs % STEP_MS[step] === 0 && untilMs % STEP_MS[step] === 0,
      ),
    ).toBe(true);
  });
});
