/** How much a new measurement weighs. */
const WEIGHT = 0.2;
/** An old average says nothing of now: the provider counts as not measured, and so gets measured again. */
const VALID_MS = 300_000;

/** Smoothed time to the first event of one provider. */
export class LatencyAverage {
  #value = 0;
  #at = -Infinity;

  /** Milliseconds; undefined while there is no recent measurement. */
  valueMs(now: number): number | undefined {
    return now - this.#at > VALID_MS ? undefined : this.#value;
  }

  add(latencyMs: number, now: number): void {
    if (!(latencyMs >= 0)) return;
    this.#value = now - this.#at > VALID_MS ? latencyMs : this.#value + WEIGHT * (latencyMs - this.#value);
    this.#at = now;
  }
}
