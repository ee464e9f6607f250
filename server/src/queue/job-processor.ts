import { WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { LOGGER } from '../telemetry/telemetry.module.js';

/**
 * What every processor of jobs does beside its job: tells what goes wrong, and on PostgreSQL is ready when the start
 * is over (see `OpenQueues`).
 */
@Injectable()
export abstract class JobProcessor extends WorkerHost implements OnApplicationBootstrap {
  @Inject(LOGGER) protected readonly logger: Logger;
  @Inject(ENVIRONMENT) private readonly environment: Environment;

  async onApplicationBootstrap(): Promise<void> {
    const { worker, logger } = this;
    worker.on('error', (error) =>
      logger.warn({ err: error, queue: worker.name }, 'worker cannot reach its queue'),
    );
    worker.on('failed', (job, error) => {
      logger.warn({ err: error, queue: worker.name, job: job?.id, attempt: job?.attemptsMade }, 'job failed');
    });
    if (this.environment.redisUrl === null) await worker.waitUntilReady();
  }
}
