/** A call that waits for its turn; `cancel` it when it no longer does. */
export interface Waiting {
  readonly key: string;
  readonly admit: () => void;
}

/** So many may wait, as a multiple of those that may run. */
const QUEUE_FACTOR = 2;

/**
 * At most so many calls at a time at one provider (`max_concurrency`), and a short queue behind them in which each
 * key has its turn: one caller with many calls does not keep the others waiting.
 */
export class ConcurrencyGate {
  #inFlight = 0;
  #queued = 0;
  /** Keys in the order of their turns. */
  readonly #queues = new Map<string, Waiting[]>();

  /** @param limit null: no limit */
  constructor(private limit: number | null) {}

  get inFlight(): number {
    return this.#inFlight;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Nobody is pushed out by a lower limit; those who wait are let in by a higher one. */
  setLimit(limit: number | null): void {
    if (limit === this.limit) return;
    this.limit = limit;
    this.#admitWaiting();
  }

  get full(): boolean {
    return this.limit !== null && (this.#inFlight >= this.limit || this.#queued > 0);
  }

  /** Goes in at once, past the limit if need be; pair it with `leave`. Ask `full` first. */
  enter(): void {
    this.#inFlight++;
  }

  /** Queues a call; `admit` is called once, when it is in. Null: the queue is full too. */
  wait(key: string, admit: () => void): Waiting | null {
    if (this.limit === null || this.#queued >= QUEUE_FACTOR * this.limit) return null;
    const waiting = { key, admit };
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, [waiting]);
    else queue.push(waiting);
    this.#queued++;
    return waiting;
  }

  /** Takes a call out of the queue; without effect when it has been admitted. */
  cancel(waiting: Waiting): void {
    const queue = this.#queues.get(waiting.key);
    const at = queue?.indexOf(waiting) ?? -1;
    if (queue === undefined || at < 0) return;
    queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(waiting.key);
    this.#queued--;
  }

  leave(): void {
    this.#inFlight--;
    if (this.#queued > 0) this.#admitWaiting();
  }

  #admitWaiting(): void {
    while (this.#queued > 0 && (this.limit === null || this.#inFlight < this.limit)) {
      const next = this.#takeNext();
      if (next === null) return;
      this.#inFlight++;
      next.admit();
    }
  }

  /** The first of the key whose turn it is; the key goes to the end. */
  #takeNext(): Waiting | null {
    for (const [key, queue] of this.#queues) {
      this.#queues.delete(key);
      const next = queue.shift();
      if (queue.length > 0) this.#queues.set(key, queue);
      if (next === undefined) continue;
      this.#queued--;
      return next;
    }
    return null;
  }
}
