import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** Something with deadlines that are looked at a few times a second. */
export interface Ticked {
  /** @param now milliseconds of `performance.now()` */
  tick(now: number): void;
}

const INTERVAL_MS = 100;

/**
 * One timer for the deadlines and heartbeats of all open attempts (specification S7), instead of a timer to
 * re-arm per chunk. It runs only while there is an attempt; deadlines are kept to within a tenth of a second.
 */
@Injectable()
export class StreamTicker implements OnApplicationShutdown {
  readonly #ticked = new Set<Ticked>();
  #timer: NodeJS.Timeout | undefined;

  add(ticked: Ticked): void {
    this.#ticked.add(ticked);
    this.#timer ??= setInterval(() => {
      const now = performance.now();
      for (const each of this.#ticked) each.tick(now);
    }, INTERVAL_MS);
  }

  delete(ticked: Ticked): void {
    this.#ticked.delete(ticked);
    if (this.#ticked.size === 0) this.#stop();
  }

  onApplicationShutdown(): void {
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
