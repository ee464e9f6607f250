import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { LOGGER } from '../telemetry/telemetry.module.js';

/** A job that comes again and again, for all processes together. */
export interface JobSchedule {
  /** Within its queue. */
  readonly id: string;
  /** Milliseconds. */
  readonly every: number;
  /** Default: at once, and from then on. */
  readonly firstAt?: () => Date;
  readonly job: Parameters<Queue['upsertJobScheduler']>[2];
}

const LOOK_INTERVAL_MS = 30_000;

/**
 * Keeps schedules in their queues. A Redis that was flushed, or that came back empty, knows none of them: every process
 * looks twice a minute, and puts back what is missing. PostgreSQL does not forget.
 */
@Injectable()
export class JobSchedules implements BeforeApplicationShutdown {
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  beforeApplicationShutdown(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** From now on. Not waited for: Redis may come later, and BullMQ sends it then. */
  keep(queue: Queue, schedule: JobSchedule, lookIntervalMs = LOOK_INTERVAL_MS): void {
    void this.#arrange(queue, schedule);
    if (this.environment.redisUrl === null) return;
    let looking = false;
    const timer = setInterval(() => {
      // While Redis is away a question waits for it: one is enough.
      if (looking) return;
      looking = true;
      void this.#arrange(queue, schedule).finally(() => {
        looking = false;
      });
    }, lookIntervalMs);
    timer.unref();
    this.#timers.push(timer);
  }

  /** One that is there as it should be is left alone: to put it again would begin its interval anew. */
  async #arrange(queue: Queue, { id, every, firstAt, job }: JobSchedule): Promise<void> {
    try {
      const present = await queue.getJobScheduler(id);
      if (present?.every === every) return;
      await queue.upsertJobScheduler(
        id,
        { every, ...(firstAt === undefined ? {} : { startDate: firstAt() }) },
        job,
      );
    } catch (error) {
      this.logger.warn({ err: error, queue: queue.name, schedule: id }, 'a job could not be scheduled');
    }
  }
}
