import type { Segment } from './segment.js';

interface BatchState {
  confirmed: boolean;
  /** Null: not shipped yet. */
  shippedAtMs: number | null;
}

/** How far a closed segment has come. */
export class ShippedSegment {
  /** Null: not read yet. */
  #batches: Map<string, BatchState> | null = null;

  constructor(readonly segment: Segment) {}

  /** Nothing of it is needed any more. */
  get isDone(): boolean {
    return (
      this.segment.openCalls === 0 &&
      this.#batches !== null &&
      [...this.#batches.values()].every(({ confirmed }) => confirmed)
    );
  }

  /** Batches that were shipped and that the database is not known to have. */
  get underWay(): number {
    return this.unconfirmedIds().length;
  }

  /** True the first time. */
  learn(batchIds: readonly string[]): boolean {
    if (this.#batches !== null) return false;
    this.#batches = new Map(batchIds.map((id) => [id, { confirmed: false, shippedAtMs: null }]));
    return true;
  }

  /** Whether there is a batch to ship, or the segment has not been read yet. */
  isDue(nowMs: number, shipAgainMs: number): boolean {
    return (
      this.#batches === null ||
      [...this.#batches.keys()].some((id) => this.isBatchDue(id, nowMs, shipAgainMs))
    );
  }

  isBatchDue(batchId: string, nowMs: number, shipAgainMs: number): boolean {
    const batch = this.#batches?.get(batchId);
    if (batch === undefined || batch.confirmed) return false;
    return batch.shippedAtMs === null || nowMs - batch.shippedAtMs >= shipAgainMs;
  }

  markShipped(batchId: string, nowMs: number): void {
    const batch = this.#batches?.get(batchId);
    if (batch !== undefined) batch.shippedAtMs = nowMs;
  }

  unconfirmedIds(): readonly string[] {
    return [...(this.#batches ?? [])]
      .filter(([, { confirmed, shippedAtMs }]) => !confirmed && shippedAtMs !== null)
      .map(([id]) => id);
  }

  isConfirmed(batchId: string): boolean {
    return this.#batches?.get(batchId)?.confirmed === true;
  }

  confirm(stored: ReadonlySet<string>): void {
    for (const [id, batch] of this.#batches ?? []) if (stored.has(id)) batch.confirmed = true;
  }
}
