import { InjectQueue, Processor } from '@nestjs/bullmq';
import { Inject } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { JobProcessor } from '../queue/job-processor.js';
import { JobSchedules } from '../queue/job-schedules.js';
import { DEFAULT_WORKER_OPTIONS, QUEUES } from '../queue/queues.js';
import { RETENTION_RULES, type RetentionRule } from './retention-rule.js';

const EVERY_MS = 3_600_000;
const SCHEDULER = 'hourly';

/** Once an hour, in one worker, everything that has been kept long enough goes. */
@Processor(QUEUES.retention, DEFAULT_WORKER_OPTIONS)
export class RetentionProcessor extends JobProcessor {
  constructor(
    @Inject(RETENTION_RULES) private readonly rules: readonly RetentionRule[],
    @InjectQueue(QUEUES.retention) private readonly queue: Queue,
    private readonly schedules: JobSchedules,
  ) {
    super();
  }

  override async onApplicationBootstrap(): Promise<void> {
    await super.onApplicationBootstrap();
    // The same from every worker: it is one schedule.
    this.schedules.keep(this.queue, { id: SCHEDULER, every: EVERY_MS, job: { name: 'enforce' } });
  }

  /** A rule that fails does not keep the others from being enforced; the job then fails, and comes again. */
  async process(): Promise<void> {
    const failures: unknown[] = [];
    for (const rule of this.rules) {
      try {
        const removed = await rule.enforce();
        if (removed > 0) this.logger.info({ what: rule.what, removed }, 'kept long enough');
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything that is too old is gone');
  }
}
