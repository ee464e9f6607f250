import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { UsageStore } from './usage-store.repository.js';

const EVERY_MS = 6 * 3_600_000;
const MONTHS_AHEAD = 6;

/** Makes the partitions of the months to come. Late is no harm: the default partition takes what has none. */
@Injectable()
export class UsagePartitions implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: UsageStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.timer = setInterval(() => void this.ensure(), EVERY_MS);
    this.timer.unref();
    await this.ensure();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async ensure(): Promise<void> {
    await this.store.ensurePartitions(MONTHS_AHEAD).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'partitions of usage could not be made; tried again in six hours');
    });
  }
}
