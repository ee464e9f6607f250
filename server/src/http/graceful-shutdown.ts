import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { StreamRegistry } from './stream-registry.js';

const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The order of an end: from the signal on new calls are refused, open answers go on to their end or to
 * `SHUTDOWN_TIMEOUT`, then Nest closes the listener, and pools and queues last (`onApplicationShutdown`).
 */
@Injectable()
export class GracefulShutdown implements OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    private readonly streams: StreamRegistry,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleDestroy(): void {
    this.streams.startDraining();
  }

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    const open = this.streams.openCount;
    if (open > 0) this.logger.info({ signal, open }, 'draining');
    const drained = await this.streams.drained(this.environment.shutdownTimeoutMs);
    if (!drained) this.logger.warn({ open: this.streams.openCount }, 'answers cut off by SHUTDOWN_TIMEOUT');
    // What is left is closing connections; one to a server that died may never close by itself.
    setTimeout(() => {
      this.logger.warn('closing took too long: the process ends without it');
      process.exit(0);
    }, CLOSE_TIMEOUT_MS).unref();
  }
}
