const BUCKETS = 10;
const BUCKET_MS = 1_000;
/** Retries may be this part of the calls of the last ten seconds … */
const RATIO = 0.2;
/** … or so many, where there are few calls. */
const FLOOR = 3;

/**
 * Bounds the second attempts at one provider: a provider in trouble must not get a multiple of its load because
 * it is in trouble. Counts over the last ten seconds; time is an argument.
 */
export class RetryBudget {
  readonly #calls = new Uint32Array(BUCKETS);
  readonly #retries = new Uint32Array(BUCKETS);
  #bucket = 0;
  #callCount = 0;
  #retryCount = 0;

  /** The provider was chosen for a call. */
  called(now: number): void {
    this.#advance(now);
    const at = this.#bucket % BUCKETS;
    this.#calls[at] = (this.#calls[at] ?? 0) + 1;
    this.#callCount++;
  }

  /** Whether the call may try this provider again; if so, it is charged. */
  tryRetry(now: number): boolean {
    this.#advance(now);
    if (this.#retryCount + 1 > Math.max(FLOOR, RATIO * this.#callCount)) return false;
    const at = this.#bucket % BUCKETS;
    this.#retries[at] = (this.#retries[at] ?? 0) + 1;
    this.#retryCount++;
    return true;
  }

  #advance(now: number): void {
    const bucket = Math.floor(now / BUCKET_MS);
    if (bucket <= this.#bucket) return;
    for (let each = Math.max(this.#bucket + 1, bucket - BUCKETS + 1); each <= bucket; each++) {
      const at = each % BUCKETS;
      this.#callCount -= this.#calls[at] ?? 0;
      this.#retryCount -= this.#retries[at] ?? 0;
      this.#calls[at] = 0;
      this.#retries[at] = 0;
    }
    this.#bucket = bucket;
  }
}
