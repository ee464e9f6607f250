import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { QUEUES } from '../queue/queues.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { HEALTH_JOBS, type HealthJob } from './health-jobs.js';

const SCHEDULE = 'provider-probes';

/** One schedule for all replicas: whichever process takes the job runs the round. */
@Injectable()
export class ProbeSchedule implements OnApplicationBootstrap {
  constructor(
    @InjectQueue(QUEUES.health) private readonly queue: Queue<HealthJob>,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Not waited for: Redis may come later, and BullMQ sends it then. */
  onApplicationBootstrap(): void {
    void this.arrange().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'probes could not be scheduled');
    });
  }

  private async arrange(): Promise<void> {
    const { healthProbes, healthProbeIntervalMs: every } = this.environment;
    if (healthProbes === 'off') {
      await this.queue.removeJobScheduler(SCHEDULE);
      return;
    }
    // From the next interval on: a restart is no reason to ask everybody.
    const startDate = Date.now() + every;
    await this.queue.upsertJobScheduler(
      SCHEDULE,
      { every, startDate },
      { name: HEALTH_JOBS.probe, data: {}, opts: { attempts: 1 } },
    );
  }
}
