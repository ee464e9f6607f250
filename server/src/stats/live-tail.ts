import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { RequestRow, StatsFilterDto } from '@ccs/dto';
import type { Principal } from '../auth/principal.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { StatisticsBusyError } from '../errors/gateway-state-errors.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { requestRow, RequestRecords } from './internal/request-records.repository.js';
import { askedUser } from './internal/stats-scope.js';

const POLL_MS = 1_000;
const MAX_ROWS_PER_POLL = 500;
/** A batch is seen when it is committed, under the time it began. */
const LATEST_COMMIT_MS = 10_000;
const HEARTBEAT_MS = 15_000;
const MAX_LISTENERS = 50;
/** What a listener that does not read may have waiting. */
const MAX_WAITING_BYTES = 256 * 1024;

interface Listener {
  readonly stream: Readable;
  readonly wants: (row: RequestRow) => boolean;
  readonly endsAtMs: number;
  /** Rows not sent since the last one that was. */
  dropped: number;
  lastWriteMs: number;
}

/**
 * Requests as they are recorded, by whichever process: one question a second for all listeners together, and none
 * without one.
 */
@Injectable()
export class LiveTail implements OnModuleDestroy {
  private readonly listeners = new Set<Listener>();
  /** Ids already told, by when they were recorded. */
  private readonly told = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private polling = false;
  private startedAtMs = 0;

  constructor(
    private readonly records: RequestRecords,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.timer);
    for (const listener of this.listeners) this.end(listener);
  }

  /**
   * Server-sent events: `request` with a row of the log, `dropped` with the count of rows that came too fast, comments
   * as heartbeat. Ends with the life of an access token: whoever goes on listening asks again, with a new one.
   */
  listen(reader: Principal, query: StatsFilterDto): Readable {
    if (this.listeners.size >= MAX_LISTENERS) throw new StatisticsBusyError();
    const stream = new Readable({ read: () => undefined, highWaterMark: MAX_WAITING_BYTES });
    const now = Date.now();
    const listener: Listener = {
      stream,
      wants: matcher(askedUser(reader, query), query),
      endsAtMs: now + this.environment.accessTokenLifetimeSeconds * 1_000,
      dropped: 0,
      lastWriteMs: now,
    };
    stream.push(': live\n\n');
    stream.once('close', () => this.leave(listener));
    this.listeners.add(listener);
    this.start(now);
    return stream;
  }

  private start(now: number): void {
    if (this.timer !== undefined) return;
    this.startedAtMs = now;
    this.told.clear();
    this.timer = setInterval(() => void this.poll(), POLL_MS);
    this.timer.unref();
  }

  private end(listener: Listener): void {
    this.leave(listener);
    listener.stream.push(null);
  }

  private leave(listener: Listener): void {
    this.listeners.delete(listener);
    if (this.listeners.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async poll(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    try {
      const rows = await this.fresh(Date.now());
      for (const listener of this.listeners) this.tell(listener, rows, Date.now());
    } catch (error) {
      this.logger.debug({ err: error }, 'live tail: the records cannot be read');
    } finally {
      this.polling = false;
    }
  }

  private async fresh(now: number): Promise<readonly RequestRow[]> {
    const since = Math.max(this.startedAtMs, now - LATEST_COMMIT_MS);
    const rows = await this.records.recordedSince(
      new Date(since),
      MAX_ROWS_PER_POLL * (LATEST_COMMIT_MS / POLL_MS),
    );
    const fresh = rows.filter(({ request_id: id }) => !this.told.has(id));
    for (const row of fresh) this.told.set(row.request_id, row.recorded_at.getTime());
    for (const [id, recordedAtMs] of this.told) if (recordedAtMs < since) this.told.delete(id);
    return fresh.map(requestRow);
  }

  private tell(listener: Listener, rows: readonly RequestRow[], now: number): void {
    const wanted = rows.filter(listener.wants);
    const room = listener.stream.readableLength < MAX_WAITING_BYTES;
    const sent = room ? wanted.slice(-MAX_ROWS_PER_POLL) : [];
    listener.dropped += wanted.length - sent.length;
    if (room && listener.dropped > 0) {
      listener.stream.push(`event: dropped\ndata: {"count":${listener.dropped}}\n\n`);
      listener.dropped = 0;
    }
    if (sent.length > 0) {
      listener.stream.push(sent.map((row) => `event: request\ndata: ${JSON.stringify(row)}\n\n`).join(''));
      listener.lastWriteMs = now;
    } else if (room && now - listener.lastWriteMs >= HEARTBEAT_MS) {
      listener.stream.push(': keep-alive\n\n');
      listener.lastWriteMs = now;
    }
    if (now >= listener.endsAtMs) this.end(listener);
  }
}

function matcher(userId: number | null, query: StatsFilterDto): (row: RequestRow) => boolean {
  const { provider, model, tier, key_id: keyId, status } = query;
  return (row) =>
    (userId === null || row.user_id === userId) &&
    (provider === undefined || row.provider_name === provider) &&
    (model === undefined || row.model === model) &&
    (tier === undefined || row.tier === tier) &&
    (keyId === undefined || row.key_id === Number(keyId)) &&
    (status === undefined || row.status === status);
}
