import { Processor } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { JobProcessor } from '../queue/job-processor.js';
import { DEFAULT_WORKER_OPTIONS, QUEUES } from '../queue/queues.js';
import { ApiKeyRepository } from './api-key.repository.js';
import type { LastUsedJob } from './last-used-marks.js';

/** Writes down when keys were last used; the latest time wins, so a job may run twice or late. */
@Processor(QUEUES.apiKeyLastUsed, DEFAULT_WORKER_OPTIONS)
export class LastUsedProcessor extends JobProcessor {
  constructor(private readonly repository: ApiKeyRepository) {
    super();
  }

  async process(job: Job<LastUsedJob>): Promise<void> {
    await this.repository.markUsed(job.data.uses);
  }
}
