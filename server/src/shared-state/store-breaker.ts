const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Keeps a store that is away from costing each call its deadline: after five failures in a row nobody asks for two
 * seconds, twice as long each time the one who asks next fails as well, at most half a minute. The clock is an
 * argument.
 */
export class StoreBreaker {
  #failures = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #openUntilMs = 0;
  #probing = false;

  /** Whether to ask now. After a pause the first one to get a yes is the only one until he has told how it went. */
  mayAsk(nowMs: number): boolean {
    if (this.#failures < FAILURES_TO_OPEN) return true;
    if (nowMs < this.#openUntilMs || this.#probing) return false;
    this.#probing = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#probing = false;
  }

  failed(nowMs: number): void {
    const wasProbe = this.#probing;
    this.#probing = false;
    this.#failures += 1;
    if (this.#failures < FAILURES_TO_OPEN) return;
    // Stragglers of the time before it opened do not make the pause longer.
    if (this.#failures > FAILURES_TO_OPEN && !wasProbe) return;
    this.#openUntilMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
