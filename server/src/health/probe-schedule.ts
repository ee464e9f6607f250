import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { JobSchedules } from '../queue/job-schedules.js';
import { QUEUES } from '../queue/queues.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { HEALTH_JOBS, type HealthJob } from './health-jobs.js';

const SCHEDULE = 'provider-probes';

/** One schedule for all replicas: whichever process takes the job runs the round. */
@Injectable()
export class ProbeSchedule implements OnApplicationBootstrap {
  constructor(
    @InjectQueue(QUEUES.health) private readonly queue: Queue<HealthJob>,
    private readonly schedules: JobSchedules,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const { healthProbes, healthProbeIntervalMs: every } = this.environment;
    if (healthProbes === 'off') {
      this.queue.removeJobScheduler(SCHEDULE).catch((error: unknown) => {
        this.logger.warn({ err: error }, 'the schedule of probes could not be taken back');
      });
      return;
    }
    this.schedules.keep(this.queue, {
      id: SCHEDULE,
      every,
      // From the next interval on: a restart is no reason to ask everybody.
      firstAt: () => new Date(Date.now() + every),
      job: { name: HEALTH_JOBS.probe, data: {}, opts: { attempts: 1 } },
    });
  }
}
