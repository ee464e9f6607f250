import { describe, expect, it } from '@jest/globals';
import { piecesOf, stepsBetween, type Step } from './rollup-pieces.js';

const ALL: readonly Step[] = ['day', 'hour', 'quarter'];
const at = (text: string): number => Date.parse(`2026-${text}:00Z`);

describe('pieces of a range', () => {
  it('are whole days in the middle, and hours and quarters at the ends', () => {
    const pieces = piecesOf(at('11-01T18:15'), at('11-04T01:30'), ALL);
    expect(pieces).toEqual([
      { step: 'quarter', fromMs: at('11-01T18:15'), untilMs: at('11-01T19:00') },
      { step: 'hour', fromMs: at('11-01T19:00'), untilMs: at('11-02T00:00') },
      { step: 'day', fromMs: at('11-02T00:00'), untilMs: at('11-04T00:00') },
      { step: 'hour', fromMs: at('11-04T00:00'), untilMs: at('11-04T01:00') },
      { step: 'quarter', fromMs: at('11-04T01:00'), untilMs: at('11-04T01:30') },
    ]);
  });

  it('cover a range once, whatever its ends', () => {
    for (let from = 0; from < 120; from += 7) {
      for (let until = from + 1; until < 300; until += 11) {
        const [fromMs, untilMs] = [at('11-01T00:00') + from * 900_000, at('11-01T00:00') + until * 900_000];
        const pieces = piecesOf(fromMs, untilMs, ALL);
        expect(pieces.map((piece) => piece.fromMs)).toEqual([
          fromMs,
          ...pieces.slice(0, -1).map((piece) => piece.untilMs),
        ]);
        expect(pieces.at(-1)?.untilMs).toBe(untilMs);
      }
    }
  });

  it('are of no step that a bucket would cut', () => {
    expect(stepsBetween([at('11-02T00:00')], ALL)).toEqual(['day', 'hour', 'quarter']);
    expect(stepsBetween([at('11-02T00:00'), at('11-02T23:00')], ALL)).toEqual(['hour', 'quarter']);
    expect(stepsBetween([at('11-02T18:15')], ALL)).toEqual(['quarter']);
  });
});
