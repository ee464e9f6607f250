import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import type { Job } from 'bullmq';
import type { Logger } from 'pino';
import { DEFAULT_WORKER_OPTIONS, QUEUES } from '../queue/queues.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { ApiKeyRepository } from './api-key.repository.js';
import type { LastUsedJob } from './last-used-marks.js';

/** Writes down when keys were last used; the latest time wins, so a job may run twice or late. */
@Processor(QUEUES.apiKeyLastUsed, DEFAULT_WORKER_OPTIONS)
export class LastUsedProcessor extends WorkerHost {
  constructor(
    private readonly repository: ApiKeyRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  async process(job: Job<LastUsedJob>): Promise<void> {
    await this.repository.markUsed(job.data.uses);
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn({ err: error, queue: QUEUES.apiKeyLastUsed }, 'worker cannot reach its queue');
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job<LastUsedJob> | undefined, error: Error): void {
    this.logger.warn(
      { err: error, queue: QUEUES.apiKeyLastUsed, job: job?.id, attempt: job?.attemptsMade },
      'job failed',
    );
  }
}
