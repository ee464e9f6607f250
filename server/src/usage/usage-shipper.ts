import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { copyFile, mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { QUEUES } from '../queue/queues.js';
import { Metrics } from '../telemetry/metrics.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { readFinalLines } from './internal/journal-lines.js';
import type { Segment } from './internal/segment.js';
import { ShippedSegment } from './internal/shipped-segment.js';
import { batchesOf, type UsageBatch } from './usage-batch.js';
import { UsageStore } from './usage-store.repository.js';

const TICK_MS = 500;
/** When the queue has taken nothing for so long, the shipper writes by itself. */
const QUEUE_PATIENCE_MS = 10_000;
const OFFER_TIMEOUT_MS = 2_000;
const MAX_BATCHES_UNDER_WAY = 20;
const SHUTDOWN_MS = 1_000;

/**
 * Brings closed segments into the database, by way of the queue, and deletes one when the database says that it has
 * every batch of it. Knows nothing that it could not read from the files again.
 */
@Injectable()
export class UsageShipper implements OnApplicationBootstrap {
  private readonly segments: ShippedSegment[] = [];
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | null = null;
  private queueAwaySinceMs: number | null = null;
  private offering = false;
  private quarantined = 0;
  private databaseAway = false;

  constructor(
    @InjectQueue(QUEUES.usage) private readonly queue: Queue<UsageBatch>,
    private readonly store: UsageStore,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: Metrics,
  ) {
    metrics.gauge('ccs_usage_journal_bytes', 'Closed segments that the database does not have yet.', () =>
      this.segments.reduce((sum, { segment }) => sum + segment.bytes, 0),
    );
    metrics.gauge('ccs_usage_journal_age_seconds', 'Of the oldest closed segment.', () => {
      const oldest = this.segments[0]?.segment.createdAtMs;
      return oldest === undefined ? 0 : (Date.now() - oldest) / 1000;
    });
    metrics.gauge(
      'ccs_usage_journal_quarantined',
      'Segments set aside since the start: damaged within.',
      () => this.quarantined,
    );
  }

  get isEmpty(): boolean {
    return this.segments.length === 0;
  }

  /** A segment that gets no more lines. */
  take(segment: Segment): void {
    this.segments.push(new ShippedSegment(segment));
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.work(), TICK_MS);
    this.timer.unref();
  }

  /** At the end of the process: what can be stored within a second is stored, past the queue. */
  async finish(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
    const deadline = Date.now() + SHUTDOWN_MS;
    for (const shipped of [...this.segments]) {
      for (const batch of await this.unconfirmed(shipped)) {
        if (Date.now() > deadline || !(await this.write(shipped, batch))) return;
      }
      await this.deleteIfDone(shipped);
    }
  }

  private work(): Promise<void> {
    this.working ??= this.step()
      .catch((error: unknown) => this.logger.error({ err: error }, 'usage shipper'))
      .finally(() => {
        this.working = null;
      });
    return this.working;
  }

  private async step(): Promise<void> {
    await this.confirm();
    for (const shipped of [...this.segments]) await this.deleteIfDone(shipped);
    for (const shipped of [...this.segments]) {
      if (this.underWay() >= MAX_BATCHES_UNDER_WAY) return;
      if (shipped.isDue(Date.now(), this.environment.usageShipAgainMs) && !(await this.ship(shipped))) return;
    }
  }

  private underWay(): number {
    return this.segments.reduce((sum, { underWay }) => sum + underWay, 0);
  }

  /** Asks the database which of the shipped batches it has. */
  private async confirm(): Promise<void> {
    const ids = this.segments.flatMap((shipped) => shipped.unconfirmedIds());
    if (ids.length === 0) return;
    try {
      const stored = await this.store.storedBatches(ids);
      for (const shipped of this.segments) shipped.confirm(stored);
      this.sayDatabase(null);
    } catch (error) {
      this.sayDatabase(error);
    }
  }

  private async deleteIfDone(shipped: ShippedSegment): Promise<void> {
    if (!shipped.isDone) return;
    this.segments.splice(this.segments.indexOf(shipped), 1);
    await rm(shipped.segment.path, { force: true });
    // The last one of a dead process takes its directory along; others are not empty.
    await rmdir(dirname(shipped.segment.path)).catch(() => undefined);
  }

  /** False: neither queue nor database take anything now. */
  private async ship(shipped: ShippedSegment): Promise<boolean> {
    for (const batch of await this.unconfirmed(shipped)) {
      if (!shipped.isBatchDue(batch.batchId, Date.now(), this.environment.usageShipAgainMs)) continue;
      if (await this.offer(batch)) {
        shipped.markShipped(batch.batchId, Date.now());
      } else if (Date.now() - (this.queueAwaySinceMs ?? Date.now()) < QUEUE_PATIENCE_MS) {
        return false;
      } else if (!(await this.write(shipped, batch))) {
        return false;
      }
    }
    return true;
  }

  private async unconfirmed(shipped: ShippedSegment): Promise<readonly UsageBatch[]> {
    const { id, path } = shipped.segment;
    const content = readFinalLines(await readFile(path));
    const batches = batchesOf(id, content.finals);
    if (shipped.learn(batches.map(({ batchId }) => batchId)) && content.damage !== 'none') {
      if (content.damage === 'corrupt') await this.quarantine(path);
      else this.logger.warn({ segment: id }, 'usage journal: a line was cut off by a crash');
    }
    return batches.filter(({ batchId }) => !shipped.isConfirmed(batchId));
  }

  /** A copy for people; what is whole in it is shipped all the same. */
  private async quarantine(path: string): Promise<void> {
    const directory = join(this.environment.dataDir, 'usage', 'quarantine');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const copy = join(directory, `${Date.now()}-${basename(path)}`);
    await copyFile(path, copy);
    this.quarantined += 1;
    this.logger.error(
      { segment: path, copy },
      'usage journal: a segment is damaged; its whole records are used',
    );
  }

  private async offer(batch: UsageBatch): Promise<boolean> {
    // One offer at a time: while Redis is away an `add` hangs, and each would hold its batch in memory.
    if (this.offering) return false;
    this.offering = true;
    const added = this.queue
      .add('batch', batch, { removeOnComplete: true, removeOnFail: 20 })
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        this.offering = false;
      });
    const taken = await Promise.race([added, afterMs(OFFER_TIMEOUT_MS, false)]);
    if (taken) this.queueAwaySinceMs = null;
    else this.queueAwaySinceMs ??= Date.now();
    return taken;
  }

  /** The worker's own transaction, run here. */
  private async write(shipped: ShippedSegment, batch: UsageBatch): Promise<boolean> {
    try {
      await this.store.write(batch);
      shipped.confirm(new Set([batch.batchId]));
      this.sayDatabase(null);
      return true;
    } catch (error) {
      this.sayDatabase(error);
      return false;
    }
  }

  private sayDatabase(error: unknown): void {
    if (error !== null && !this.databaseAway)
      this.logger.warn({ err: error }, 'usage waits in the journal: the database is away');
    if (error === null && this.databaseAway) this.logger.info('usage goes into the database again');
    this.databaseAway = error !== null;
  }
}

function afterMs<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), ms).unref();
  });
}
