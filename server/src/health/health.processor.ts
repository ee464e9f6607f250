import { Processor } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { JobProcessor } from '../queue/job-processor.js';
import { DEFAULT_WORKER_OPTIONS, QUEUES } from '../queue/queues.js';
import { AlertSender } from './alert-sender.js';
import { HEALTH_JOBS, type Alert, type HealthJob } from './health-jobs.js';
import { ProbeRound } from './probe-round.js';

/** Probes by schedule, and alerts. Several at once, so that no alert waits for a slow provider. */
@Processor(QUEUES.health, { ...DEFAULT_WORKER_OPTIONS, concurrency: 4 })
export class HealthProcessor extends JobProcessor {
  constructor(
    private readonly round: ProbeRound,
    private readonly alerts: AlertSender,
  ) {
    super();
  }

  async process({ name, data }: Job<HealthJob>): Promise<void> {
    // What `ConditionReporter` put in.
    if (name === HEALTH_JOBS.alert) await this.alerts.send(data as Alert);
    else await this.round.run();
  }
}
