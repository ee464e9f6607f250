import { Injectable } from '@nestjs/common';

/** Something being written: a response, or an answer that is kept. */
interface OpenAnswer {
  once(event: 'close', listener: () => void): unknown;
}

/**
 * The answers being written. Shutting down waits for them here: from `startDraining` new calls are refused,
 * `drained` resolves when the last one ends or the deadline passes.
 */
@Injectable()
export class StreamRegistry {
  readonly #open = new Set<OpenAnswer>();
  #draining = false;
  #onEmpty: (() => void) | undefined;

  get draining(): boolean {
    return this.#draining;
  }

  get openCount(): number {
    return this.#open.size;
  }

  add(answer: OpenAnswer): void {
    this.#open.add(answer);
    answer.once('close', () => {
      this.#open.delete(answer);
      if (this.#open.size === 0) this.#onEmpty?.();
    });
  }

  startDraining(): void {
    this.#draining = true;
  }

  /** True when every answer ended by itself, false when the deadline cut some off. */
  async drained(deadlineMs: number): Promise<boolean> {
    if (this.#open.size === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const ended = await Promise.race([
      new Promise<true>((resolve) => (this.#onEmpty = () => resolve(true))),
      new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), deadlineMs))),
    ]);
    clearTimeout(timer);
    return ended;
  }
}
