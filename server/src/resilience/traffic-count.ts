/** Upper bounds of the classes of latency; the last class has none. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  50, 100, 150, 200, 300, 400, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 20_000,
  30_000, 60_000,
];

/** Attempts at a provider over some time. */
export interface Traffic {
  readonly attempts: number;
  /** Those that are the provider's fault, or that it sent away. */
  readonly failures: number;
  /** Times to the first event, one count for each class of `LATENCY_BOUNDS_MS` and one beyond. */
  readonly latencyCounts: readonly number[];
}

/** Counts the attempts at one provider from one `take` to the next. */
export class TrafficCount {
  #attempts = 0;
  #failures = 0;
  #latencies: number[] = emptyCounts();

  attempted(isFailure: boolean): void {
    this.#attempts++;
    if (isFailure) this.#failures++;
  }

  answeredAfter(latencyMs: number): void {
    let at = 0;
    while (at < LATENCY_BOUNDS_MS.length && latencyMs > (LATENCY_BOUNDS_MS[at] ?? 0)) at++;
    this.#latencies[at] = (this.#latencies[at] ?? 0) + 1;
  }

  /** What was counted since the last time; null: nothing. */
  take(): Traffic | null {
    if (this.#attempts === 0) return null;
    const traffic = {
      attempts: this.#attempts,
      failures: this.#failures,
      latencyCounts: this.#latencies,
    };
    this.#attempts = 0;
    this.#failures = 0;
    this.#latencies = emptyCounts();
    return traffic;
  }
}

/**
 * The latency that `share` (0 to 1) of the answers stay below, from counts as in `Traffic`, straight within a class;
 * null: there are none.
 */
export function latencyPercentileMs(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = share * total;
  for (const [at, count] of counts.entries()) {
    const from = LATENCY_BOUNDS_MS[at - 1] ?? 0;
    const to = LATENCY_BOUNDS_MS[at] ?? from;
    if (left <= count) return Math.round(from + (to - from) * (left / Math.max(1, count)));
    left -= count;
  }
  return LATENCY_BOUNDS_MS.at(-1) ?? null;
}

function emptyCounts(): number[] {
  return new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
}
