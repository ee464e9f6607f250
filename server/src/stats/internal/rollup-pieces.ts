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

/** The steps, coarsest first, whose rows cross none of the instants. */
export function stepsBetween(boundaries: readonly number[], steps: readonly Step[]): readonly Step[] {
  return steps.filter((step) => boundaries.every((boundary) => boundary % STEP_MS[step] === 0));
}

/**
 * A range as few rows add up to it: whole days in the middle, hours and quarters at its ends. `steps`: those there are,
 * coarsest first; the range lies on the finest.
 */
export function piecesOf(fromMs: number, untilMs: number, steps: readonly Step[]): readonly Piece[] {
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
