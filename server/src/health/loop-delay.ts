const LATE_MS = 1_000;
const STUCK_AFTER_MS = 5_000;

/** How late a timer that should fire every `everyMs` is. Times are milliseconds of one clock that never goes back. */
export class LoopDelay {
  #sampledAt: number | null = null;
  #delayMs = 0;
  /** The last time it was not late. */
  #goodAt: number | null = null;

  constructor(private readonly everyMs: number) {}

  /** The timer has fired. */
  sample(now: number): void {
    this.#delayMs = this.#sampledAt === null ? 0 : Math.max(0, now - this.#sampledAt - this.everyMs);
    this.#sampledAt = now;
    if (this.#delayMs < LATE_MS) this.#goodAt = now;
  }

  /** At least as late as the timer is by now. */
  delayAt(now: number): number {
    return Math.max(this.#delayMs, this.#sampledAt === null ? 0 : now - this.#sampledAt - this.everyMs);
  }

  stuckAt(now: number): boolean {
    return this.#goodAt !== null && now - this.#goodAt - this.everyMs >= STUCK_AFTER_MS;
  }
}
