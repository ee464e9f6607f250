const MINUTE_MS = 60_000;

/** What a row of a roll-up stands for, in UTC. */
export type Step = 'quarter' | 'hour' | 'day';

export const STEP_MS: Readonly<Record<Step, number>> = {
  quarter: 15 * MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 24 * 60 * MINUTE_MS,
};

/** Part of a range, and the step whose rows add up to it. */
export interface Piece {
  readonly step: Step;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A piece counts into a bucket, or, where another one reaches too far, out of it. */
export interface Share {
  readonly piece: number;
  readonly bucket: number;
  readonly sign: 1 | -1;
}

/** What is to be read, and which bucket gets what of it. */
export interface Cut {
  readonly pieces: readonly Piece[];
  readonly shares: readonly Share[];
}

/**
 * Buckets as few rows add up to them. A bucket is the steps between the ends nearest to its own, more the pieces that
 * are missing there and less those that are too much: a day that begins at 18:15 is the next day of UTC, less what
 * that has after 18:15, more what the day before had. A piece is read once for both buckets that meet there.
 *
 * @param edges where buckets begin, and where the last one ends; on the finest step
 * @param steps those there are, coarsest first
 */
export function cutInto(edges: readonly number[], steps: readonly Step[]): Cut {
  // The first and the last one may be shorter than the others: today is, in the morning.
  const longest = Math.max(...edges.slice(1).map((edge, index) => edge - (edges[index] ?? edge)));
  const [step, ...finer] = steps.filter((each) => STEP_MS[each] < 2 * longest);
  const pieces: Piece[] = [];
  const shares: Share[] = [];
  if (step === undefined) return { pieces, shares };
  const last = edges.length - 2;
  const give = (piece: Piece, to: readonly (readonly [bucket: number, sign: 1 | -1])[]): void => {
    const inside = to.filter(([bucket]) => bucket >= 0 && bucket <= last);
    shares.push(...inside.map(([bucket, sign]) => ({ piece: pieces.length, bucket, sign })));
    pieces.push(piece);
  };
  const ends = edges.map((edge) => Math.round(edge / STEP_MS[step]) * STEP_MS[step]);
  for (const [index, edge] of edges.entries()) {
    const end = ends[index] ?? edge;
    const until = ends[index + 1] ?? end;
    if (end < until) give({ step, fromMs: end, untilMs: until }, [[index, 1]]);
    const late = edge > end ? 1 : -1;
    for (const piece of piecesOf(Math.min(edge, end), Math.max(edge, end), finer))
      give(piece, [
        [index - 1, late],
        [index, late === 1 ? -1 : 1],
      ]);
  }
  return { pieces, shares };
}

/** A range as whole steps in the middle, and finer ones at its ends. */
function piecesOf(fromMs: number, untilMs: number, steps: readonly Step[]): readonly Piece[] {
  const [step, ...finer] = steps;
  if (step === undefined || fromMs >= untilMs) return [];
  const first = Math.ceil(fromMs / STEP_MS[step]) * STEP_MS[step];
  const last = Math.floor(untilMs / STEP_MS[step]) * STEP_MS[step];
  if (first >= last) return piecesOf(fromMs, untilMs, finer);
  return [
    ...piecesOf(fromMs, first, finer),
    { step, fromMs: first, untilMs: last },
    ...piecesOf(last, untilMs, finer),
  ];
}
