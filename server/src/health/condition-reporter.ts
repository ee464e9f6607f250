import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { randomUUIDv7 } from 'node:crypto';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { ProviderHealthBoard, type ProviderEvent } from '../providers/provider-health-board.js';
import { QUEUES } from '../queue/queues.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { HEALTH_JOBS, type Alert, type HealthJob } from './health-jobs.js';
import type { ReplicaReport, StoredEvent } from './health-records.js';
import { HealthStore } from './health-store.repository.js';

const REPORT_MS = 5_000;
/** While the database is away, events wait; older ones give way. */
const MAX_WAITING = 500;
/** A replica that has said nothing for so long is taken for gone. */
export const REPLICA_SILENCE_MS = 30_000;

/**
 * Brings what traffic teaches this process into the database, off the way of calls: events of breakers at once,
 * attempts and conditions every five seconds. What is to be alerted becomes a job.
 */
@Injectable()
export class ConditionReporter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly replica = randomUUIDv7();
  private readonly waiting: StoredEvent[] = [];
  /** Claimed by this process; the queue may be away. */
  private readonly alerts: Alert[] = [];
  private sending: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: () => void = () => undefined;
  private working: Promise<void> = Promise.resolve();
  private behind = 0;

  constructor(
    private readonly board: ProviderHealthBoard,
    private readonly catalog: ProviderCatalog,
    private readonly store: HealthStore,
    @InjectQueue(QUEUES.health) private readonly queue: Queue<HealthJob>,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.board.subscribe((event) => this.take(event));
    this.timer = setInterval(() => this.work(true), REPORT_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.unsubscribe();
    await this.working;
    await this.flush(true);
    await this.store.leave(this.replica).catch(() => undefined);
  }

  private take(event: ProviderEvent): void {
    this.waiting.push({ ...event, replica: this.replica });
    if (this.waiting.length > MAX_WAITING) this.waiting.shift();
    this.work(false);
  }

  private work(withTraffic: boolean): void {
    // One runs and one waits: what comes meanwhile goes with the second. A database that is away makes no queue here.
    if (this.behind >= 2) return;
    this.behind++;
    this.working = this.working.then(() => this.flush(withTraffic)).finally(() => this.behind--);
  }

  /** Never rejects: what could not be stored is tried again with the next report, but attempts are not counted twice. */
  private async flush(withTraffic: boolean): Promise<void> {
    try {
      // The conditions first: whether a recovery is told depends on what the replicas see.
      if (withTraffic || this.waiting.length > 0) await this.store.report(this.conditions(), new Date());
      while (this.waiting.length > 0) await this.tell();
      this.sendAlerts();
      if (!withTraffic) return;
      const traffic = this.board.takeTraffic();
      if (traffic.length > 0) await this.store.addTraffic(traffic, new Date());
    } catch (error) {
      this.logger.debug({ err: error }, 'health could not be reported');
    }
  }

  private async tell(): Promise<void> {
    const [event] = this.waiting;
    if (event === undefined) return;
    const isNews = await this.store.saveEvent(event, new Date(Date.now() - REPLICA_SILENCE_MS));
    this.waiting.shift();
    if (!isNews || this.environment.alertWebhook === null) return;
    const { at, replica: _, ...rest } = event;
    this.alerts.push({ id: randomUUIDv7(), at: at.toISOString(), ...rest });
  }

  /** Not waited for: without Redis a job waits until there is one. */
  private sendAlerts(): void {
    if (this.alerts.length === 0) return;
    this.sending ??= this.enqueue()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'alerts wait: the queue takes none'))
      .finally(() => (this.sending = null));
  }

  private async enqueue(): Promise<void> {
    for (let alert = this.alerts[0]; alert !== undefined; alert = this.alerts[0]) {
      // The id makes a job of it once, also when the queue took it and could not say so.
      await this.queue.add(HEALTH_JOBS.alert, alert, {
        jobId: alert.id,
        attempts: 8,
        backoff: { type: 'exponential', delay: 2_000 },
      });
      this.alerts.shift();
    }
  }

  private conditions(): ReplicaReport {
    const conditions = this.catalog.snapshot().providers.map((provider) => {
      const { breaker, since, retryAt, cooldowns, lastFailure } = this.board.view(provider);
      const told = {
        breaker,
        since: since?.toISOString() ?? null,
        retryAt: retryAt?.toISOString() ?? null,
        cooldowns: cooldowns.map((each) => ({ ...each, until: each.until.toISOString() })),
        lastFailure: lastFailure === null ? null : { ...lastFailure, at: lastFailure.at.toISOString() },
      };
      return [String(provider.id), told] as const;
    });
    return { replica: this.replica, conditions: Object.fromEntries(conditions) };
  }
}
