import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { QUEUES } from '../queue/queues.js';
import { LOGGER } from '../telemetry/telemetry.module.js';

const FLUSH_INTERVAL_MS = 60_000;
const SHUTDOWN_DEADLINE_MS = 2_000;
const MAX_USES_PER_JOB = 1_000;

/** One job: when keys were last used. */
export interface LastUsedJob {
  readonly uses: readonly { readonly keyId: number; readonly usedAtMs: number }[];
}

/**
 * When keys were last used, kept in memory by the hot path and handed to the queue at most once a minute. What
 * the queue does not take stays for the next time.
 */
@Injectable()
export class LastUsedMarks implements OnApplicationBootstrap, OnApplicationShutdown {
  private marks = new Map<number, number>();
  private flushing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectQueue(QUEUES.apiKeyLastUsed) private readonly queue: Queue<LastUsedJob>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  mark(keyId: number): void {
    this.marks.set(keyId, Date.now());
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, SHUTDOWN_DEADLINE_MS);
    await Promise.race([this.flush(), deadline.promise]);
    clearTimeout(timer);
  }

  /** Resolves when the queue has taken what was marked, or has refused it. Never rejects. */
  flush(): Promise<void> {
    this.flushing ??= this.hand(this.marks).finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async hand(marks: ReadonlyMap<number, number>): Promise<void> {
    if (marks.size === 0) return;
    this.marks = new Map();
    try {
      const uses = [...marks].map(([keyId, usedAtMs]) => ({ keyId, usedAtMs }));
      const batches = Array.from({ length: Math.ceil(uses.length / MAX_USES_PER_JOB) }, (_, index) =>
        uses.slice(index * MAX_USES_PER_JOB, (index + 1) * MAX_USES_PER_JOB),
      );
      await this.queue.addBulk(batches.map((batch) => ({ name: 'mark', data: { uses: batch } })));
    } catch (error) {
      this.marks = new Map([...marks, ...this.marks]);
      this.logger.warn({ err: error }, 'the times API keys were last used are kept for later: no queue');
    }
  }
}
