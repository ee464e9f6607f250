import { Processor } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { JobProcessor } from '../queue/job-processor.js';
import { DEFAULT_WORKER_OPTIONS, QUEUES } from '../queue/queues.js';
import type { UsageBatch } from './usage-batch.js';
import { UsageStore } from './usage-store.repository.js';

/** Counts batches of records. A batch may come twice, late, or to two workers at once. */
@Processor(QUEUES.usage, { ...DEFAULT_WORKER_OPTIONS, concurrency: 2 })
export class UsageProcessor extends JobProcessor {
  constructor(private readonly store: UsageStore) {
    super();
  }

  async process(job: Job<UsageBatch>): Promise<void> {
    await this.store.write(job.data);
  }
}
