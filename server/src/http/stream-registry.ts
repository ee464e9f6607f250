import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';

/**
 * The answers being written. Shutting down waits for them here: from `startDraining` new calls are refused,
 * `drained` resolves when the last one ends or the deadline passes.
 */
@Injectable()
export class StreamRegistry {
  readonly #open = new Set<ServerResponse>();
  #draining = false;
  #onEmpty: (() => void) | undefined;

  get draining(): boolean {
    return this.#draining;
  }

  get openCount(): number {
    return this.#open.size;
  }

  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once('close', () => {
      this.#open.delete(response);
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
