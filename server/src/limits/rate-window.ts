const WINDOW_SECONDS = 60;

/**
 * What was used in the last minute, by the second. A second counts until it is wholly over a minute old: no sixty
 * seconds ever hold more than was allowed. Times are milliseconds.
 */
export class RateWindow {
  readonly #seconds = new Map<number, number>();
  #used = 0;

  add(second: number, amount: number): void {
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + amount);
    this.#used += amount;
  }

  /** Corrects what was added in a second, if that still counts; never below zero. */
  correct(second: number, difference: number, nowMs: number): void {
    this.#forget(nowMs);
    const present = this.#seconds.get(second);
    if (present !== undefined) this.add(second, Math.max(-present, difference));
  }

  used(nowMs: number): number {
    this.#forget(nowMs);
    return this.#used;
  }

  /** How long until `amount` more fits under `limit`; 0: now. An amount over the limit waits for an empty window. */
  waitMs(amount: number, limit: number, nowMs: number): number {
    this.#forget(nowMs);
    let excess = this.#used + Math.min(amount, limit) - limit;
    if (excess <= 0) return 0;
    for (const second of [...this.#seconds.keys()].sort((a, b) => a - b)) {
      excess -= this.#seconds.get(second) ?? 0;
      if (excess <= 0) return endOf(second) - nowMs;
    }
    return 0;
  }

  /** How long until nothing of it counts any more. */
  resetMs(nowMs: number): number {
    this.#forget(nowMs);
    return this.#seconds.size === 0 ? 0 : endOf(Math.max(...this.#seconds.keys())) - nowMs;
  }

  get isEmpty(): boolean {
    return this.#seconds.size === 0;
  }

  #forget(nowMs: number): void {
    for (const [second, amount] of this.#seconds) {
      if (endOf(second) > nowMs) continue;
      this.#seconds.delete(second);
      this.#used -= amount;
    }
  }
}

const endOf = (second: number): number => (second + WINDOW_SECONDS + 1) * 1_000;
