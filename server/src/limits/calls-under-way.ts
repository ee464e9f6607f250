import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { StoreAwayError } from '../shared-state/hot-redis.js';
import { Metrics } from '../telemetry/metrics.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { LimitStore, type AdmissionRequest, type Settlement } from './limit-store.js';
import { LocalShare } from './local-share.js';
import { SpendAccounts } from './spend-accounts.js';

const TICK_MS = 1_000;
const RECONCILE_EVERY_TICKS = 2;
const RENEW_EVERY_TICKS = 5;
const MAX_PENDING = 20_000;

type Chore = 'settle' | 'renew' | 'reconcile';

/**
 * The admitted calls of this process: renews what they hold, settles them when they are over, and tells again what
 * the store did not take. A process that dies says nothing more, and what its calls held is given back.
 */
@Injectable()
export class CallsUnderWay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly calls = new Map<string, AdmissionRequest>();
  private pending: Settlement[] = [];
  private readonly settling = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private ticks = 0;
  private readonly busy = new Map<Chore, Promise<void>>();

  constructor(
    private readonly store: LimitStore,
    private readonly local: LocalShare,
    private readonly accounts: SpendAccounts,
    private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
    void this.renew();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([...this.busy.values(), ...this.settling]);
    await this.settlePending();
    this.store.close();
  }

  begin(request: AdmissionRequest): void {
    this.calls.set(request.callId, request);
  }

  /** Told at once; off the way of the answer, which nobody waits with. */
  end(settlement: Settlement): void {
    this.calls.delete(settlement.callId);
    this.local.settle(settlement);
    const settled = this.settle(settlement).finally(() => this.settling.delete(settled));
    this.settling.add(settled);
  }

  private tick(): void {
    this.ticks += 1;
    this.start('settle', () => this.settlePending());
    if (this.ticks % RENEW_EVERY_TICKS === 0) this.start('renew', () => this.renew());
    if (this.ticks % RECONCILE_EVERY_TICKS === 0) this.start('reconcile', () => this.reconcile());
  }

  /** None waits for another: a database that hangs must not let leases run out. */
  private start(chore: Chore, run: () => Promise<void>): void {
    if (this.busy.has(chore)) return;
    this.busy.set(
      chore,
      run().finally(() => this.busy.delete(chore)),
    );
  }

  private async reconcile(): Promise<void> {
    try {
      await this.accounts.reconcile();
    } catch (error) {
      this.tell(error);
    }
  }

  private async renew(): Promise<void> {
    const requests = [...this.calls.values()];
    try {
      await this.local.renew(requests, this.store.replicas);
      await this.store.renew(requests);
      this.metrics.setLimitReplicas(this.store.replicas);
    } catch (error) {
      this.tell(error);
    }
  }

  private async settle(settlement: Settlement): Promise<void> {
    try {
      await this.store.settle([settlement]);
    } catch (error) {
      this.tell(error);
      if (this.pending.length < MAX_PENDING) this.pending.push(settlement);
    }
  }

  private async settlePending(): Promise<void> {
    while (this.pending.length > 0) {
      const [first] = this.pending;
      if (first === undefined) return;
      try {
        await this.store.settle([first]);
      } catch (error) {
        this.tell(error);
        return;
      }
      this.pending.shift();
    }
  }

  /** That the store is away has been told already, once. */
  private tell(error: unknown): void {
    if (!(error instanceof StoreAwayError))
      this.logger.warn({ err: error }, 'what calls used could not be brought up to date; it is tried again');
  }
}
