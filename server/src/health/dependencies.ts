import { getQueueToken } from '@nestjs/bullmq';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { statfs } from 'node:fs/promises';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { errorText } from '../config/error-text.js';
import { QUEUES } from '../queue/queues.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { DatabaseProbe } from './database-probe.repository.js';
import { degraded, up, type DependencyState, type DependencyStates } from './dependency-state.js';

const REFRESH_MS = 5_000;
const TIMEOUT_MS = 2_000;
/** Jobs that wait so long wait for a worker that is not there. */
const MAX_LAG_SECONDS = 60;
const MAX_SILENCE_MS = 5_000;
const MIN_FREE_BYTES = 512 * 1024 * 1024;

/**
 * What the gateway leans on and can be without for a while. Looked at every five seconds, so that nobody who asks for
 * it makes it work, nor waits for it.
 */
@Injectable()
export class Dependencies implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly redis: Redis | null;
  private timer: NodeJS.Timeout | undefined;
  private latest: DependencyStates = {};
  private refreshing: Promise<DependencyStates> | null = null;

  constructor(
    private readonly database: DatabaseProbe,
    private readonly changes: ChangeFeed,
    private readonly modules: ModuleRef,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    const { redisUrl } = environment;
    this.redis = redisUrl === null ? null : connect(redisUrl.reveal());
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.refresh(), REFRESH_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.redis?.disconnect();
  }

  /** As they were at the latest look. */
  read(): DependencyStates {
    return this.latest;
  }

  /** Looks now; two seconds at most. Who asks meanwhile shares the answer. */
  refresh(): Promise<DependencyStates> {
    this.refreshing ??= this.look().finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  private async look(): Promise<DependencyStates> {
    const { redis } = this;
    const [database, shared, queue, disk] = await Promise.all([
      timed(() => this.database.ping()),
      redis === null ? null : timed(() => redis.ping()),
      settled(() => this.queueState()),
      settled(() => this.diskState()),
    ]);
    this.latest = {
      database,
      ...(shared === null ? {} : { redis: shared }),
      changes: this.changeState(),
      queue,
      disk,
    };
    return this.latest;
  }

  /** How long the oldest job has been waiting, over all queues. */
  private async queueState(): Promise<DependencyState> {
    const looks = Object.values(QUEUES).map(async (name) => {
      const queue = this.modules.get<Queue>(getQueueToken(name), { strict: false });
      const { waiting = 0 } = await queue.getJobCounts('waiting');
      const [oldest] = waiting === 0 ? [] : await queue.getWaiting(0, 0);
      return { waiting, since: oldest?.timestamp ?? Date.now() };
    });
    const queues = await Promise.all(looks);
    const waiting = queues.reduce((sum, each) => sum + each.waiting, 0);
    const lagSeconds = Math.max(...queues.map(({ since }) => Math.round((Date.now() - since) / 1000)));
    const details = { waiting, lag_seconds: Math.max(0, lagSeconds) };
    return lagSeconds > MAX_LAG_SECONDS ? degraded(details) : up(details);
  }

  private async diskState(): Promise<DependencyState> {
    const { bavail, blocks, bsize } = await statfs(this.environment.dataDir);
    const freeBytes = bavail * bsize;
    const details = { free_bytes: freeBytes, free_percent: Math.round((100 * bavail) / Math.max(1, blocks)) };
    return freeBytes < MIN_FREE_BYTES ? degraded(details) : up(details);
  }

  /** Whether what this process holds in memory is known to be up to date. */
  private changeState(): DependencyState {
    const behindMs = Math.max(0, Date.now() - this.changes.confirmedAtMs);
    const details = { confirmed_seconds_ago: Math.round(behindMs / 1000) };
    return behindMs > MAX_SILENCE_MS ? degraded(details) : up(details);
  }
}

function connect(url: string): Redis {
  const redis = new Redis(url, {
    connectTimeout: TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 1_000,
    connectionName: 'cc-switch-health',
  });
  // Its state is what is asked for; without a listener it would end the process.
  redis.on('error', () => undefined);
  return redis;
}

async function timed(ask: () => Promise<unknown>): Promise<DependencyState> {
  const startedAt = performance.now();
  return settled(async () => {
    await ask();
    return up({ answered_in_ms: Math.round(performance.now() - startedAt) });
  });
}

/** Never rejects: what does not answer in time, or fails, is degraded. */
async function settled(look: () => Promise<DependencyState>): Promise<DependencyState> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  try {
    return await Promise.race([look(), late.promise]);
  } catch (error) {
    return degraded({ problem: errorText(error) });
  } finally {
    clearTimeout(timer);
  }
}
