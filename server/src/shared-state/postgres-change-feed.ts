import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { SqlRunner } from './sql-runner.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { ChangeFeed, type ChangeSubscriber, type ChangeTopic } from './change-feed.js';

const CHANNEL = 'cc_switch_changes';
const POLL_INTERVAL_MS = 1_000;
/** A server that does not answer within this is taken for gone; the next poll connects anew. */
const ANSWER_TIMEOUT_MS = 2_000;

interface VersionRow {
  readonly topic: string;
  readonly version: string;
}

/**
 * The feed on PostgreSQL: a version row per topic, NOTIFY at commit, and in every process one connection that
 * LISTENs and reads the versions once a second, and at once after each notification and reconnect.
 */
@Injectable()
export class PostgresChangeFeed extends ChangeFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly subscribers = new Map<ChangeTopic, ChangeSubscriber[]>();
  private readonly applied = new Map<string, string>();
  private client: Client | null = null;
  private timer: NodeJS.Timeout | undefined;
  /** Polls run one after another; whoever asks while one waits for its turn shares that one. */
  private last: Promise<boolean> = Promise.resolve(true);
  private waiting: Promise<boolean> | null = null;
  private confirmedAt = Date.now();
  private away = false;
  private closed = false;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  get confirmedAtMs(): number {
    return this.confirmedAt;
  }

  async publish(topic: ChangeTopic, transaction: SqlRunner): Promise<void> {
    // The row stays locked until the commit, so versions become visible in the order they were given.
    await transaction.query(
      `insert into change_versions (topic, version) values ($1, 1)
       on conflict (topic) do update set version = change_versions.version + 1`,
      [topic],
    );
    await transaction.query('select pg_notify($1, $2)', [CHANNEL, topic]);
  }

  subscribe(topic: ChangeTopic, subscriber: ChangeSubscriber): void {
    this.subscribers.set(topic, [...(this.subscribers.get(topic) ?? []), subscriber]);
  }

  async catchUp(topic: ChangeTopic): Promise<void> {
    if (await this.poll()) return;
    // The feed's own connection is away while the writer's was not: take the change in all the same. If that fails
    // too it stays pending, and what was written is written.
    await this.runSubscribers(topic).catch((error: unknown) => this.sayAway(error));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.poll();
    this.timer = setInterval(() => void this.poll(), POLL_INTERVAL_MS);
    this.timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.last;
    this.disconnect();
  }

  /** A poll that begins after this call; true when everything it found has been taken in. Never rejects. */
  private poll(): Promise<boolean> {
    if (this.waiting !== null) return this.waiting;
    this.waiting = this.last.then(() => {
      this.waiting = null;
      return this.takeInChanges();
    });
    this.last = this.waiting;
    return this.waiting;
  }

  private async takeInChanges(): Promise<boolean> {
    if (this.closed) return false;
    const startedAt = Date.now();
    try {
      this.client ??= await this.connect();
      const { rows } = await this.client.query<VersionRow>('select topic, version from change_versions');
      const versions = new Map(rows.map((row) => [row.topic, row.version]));
      for (const topic of this.subscribers.keys()) {
        const version = versions.get(topic) ?? '0';
        if (this.applied.get(topic) === version) continue;
        await this.runSubscribers(topic);
        this.applied.set(topic, version);
      }
      this.confirmedAt = startedAt;
      this.sayBack();
      return true;
    } catch (error) {
      this.disconnect();
      this.sayAway(error);
      return false;
    }
  }

  private async runSubscribers(topic: ChangeTopic): Promise<void> {
    for (const subscriber of this.subscribers.get(topic) ?? []) await subscriber();
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.environment.databaseUrl.reveal(),
      application_name: 'cc-switch changes',
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', () => {
      if (this.client === client) this.client = null;
    });
    client.on('notification', () => void this.poll());
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    return client;
  }

  private disconnect(): void {
    const client = this.client;
    this.client = null;
    client?.removeAllListeners('notification');
    client?.end().catch(() => {});
  }

  private sayAway(error: unknown): void {
    if (!this.away)
      this.logger.warn({ err: error }, 'cannot follow changes in the database; going on with what is known');
    this.away = true;
  }

  private sayBack(): void {
    if (this.away) this.logger.info('following changes in the database again');
    this.away = false;
  }
}
