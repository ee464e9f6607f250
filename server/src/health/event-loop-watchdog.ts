import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { LoopDelay } from './loop-delay.js';

const SAMPLE_MS = 250;

/** Watches whether this process still turns over: a loop that is late all the time answers nobody in time. */
@Injectable()
export class EventLoopWatchdog implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #delay = new LoopDelay(SAMPLE_MS);
  #timer: NodeJS.Timeout | undefined;
  #wasStuck = false;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /** Late by a second or more, without a break, for five seconds. */
  get stuck(): boolean {
    return this.#delay.stuckAt(performance.now());
  }

  /** How late the loop is now. */
  get delayMs(): number {
    return this.#delay.delayAt(performance.now());
  }

  onApplicationBootstrap(): void {
    this.#delay.sample(performance.now());
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    this.#delay.sample(performance.now());
    const { stuck } = this;
    if (stuck && !this.#wasStuck) {
      this.logger.error(
        { delayMs: Math.round(this.delayMs) },
        'the event loop is stuck: not ready for calls',
      );
    }
    if (!stuck && this.#wasStuck) this.logger.info('the event loop turns again');
    this.#wasStuck = stuck;
  }
}
