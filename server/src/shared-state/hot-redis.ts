import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { StoreBreaker } from './store-breaker.js';

const CONNECT_TIMEOUT_MS = 2_000;
/** A connection on which nothing has come for so long is made anew; something is asked every five seconds. */
const SILENCE_TIMEOUT_MS = 15_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

/** Redis gave no answer in time, refused the command, or is not asked at all for now. What was sent may have run. */
export class StoreAwayError extends Error {
  constructor(cause?: unknown) {
    super('The shared store is away', { cause });
    this.name = 'StoreAwayError';
  }
}

export interface RedisScript {
  readonly name: string;
  readonly lua: string;
}

/**
 * The connection of the hot path: a short time for a command (50 ms unless REDIS_TIMEOUT says more), nothing queued while the connection is down, and a breaker in
 * front. BullMQ has connections of its own, with other manners.
 */
export class HotRedis {
  private readonly redis: Redis;
  private readonly breaker = new StoreBreaker();
  private away = false;

  constructor(
    url: string,
    scripts: readonly RedisScript[],
    private readonly timeoutMs: number,
    private readonly logger: Logger,
    private readonly onAway: (away: boolean) => void = () => undefined,
  ) {
    this.redis = new Redis(url, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      // What was given up must not be sent again by itself.
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => Math.min(times * 50, MAX_RECONNECT_DELAY_MS),
      connectionName: 'cc-switch-limits',
    });
    for (const { name, lua } of scripts) this.redis.defineCommand(name, { lua });
    // Told by whoever asks; without a listener it would end the process.
    this.redis.on('error', () => undefined);
  }

  /**
   * Runs one of the scripts in one round trip (two when Redis has forgotten it). Scripts answer with JSON.
   *
   * @throws StoreAwayError
   */
  async run(script: RedisScript, keys: readonly string[], argument: unknown): Promise<unknown> {
    if (!this.breaker.mayAsk(performance.now())) throw new StoreAwayError();
    try {
      const answer = await this.inTime(this.command(script)(keys.length, ...keys, JSON.stringify(argument)));
      this.breaker.succeeded();
      this.say(false);
      return JSON.parse(String(answer));
    } catch (error) {
      this.breaker.failed(performance.now());
      this.say(true, error);
      throw new StoreAwayError(error);
    }
  }

  close(): void {
    this.redis.disconnect();
  }

  /**
   * Not ioredis's own `commandTimeout`: after a pause of this process its timer would fire before the answer that has
   * been waiting in the socket is read. `setImmediate` comes after that.
   */
  private async inTime<T>(answer: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => setImmediate(() => late.reject(new Error('Redis did not answer in time'))),
      this.timeoutMs,
    );
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(timer);
      answer.catch(() => undefined);
    }
  }

  private command(script: RedisScript): (...args: readonly unknown[]) => Promise<unknown> {
    const command: unknown = Reflect.get(this.redis, script.name);
    if (typeof command !== 'function') throw new TypeError(`no such script: ${script.name}`);
    // `defineCommand` has made it; its type cannot know.
    return (...args) => Reflect.apply(command, this.redis, args) as Promise<unknown>;
  }

  private say(away: boolean, error?: unknown): void {
    if (away === this.away) return;
    this.away = away;
    this.onAway(away);
    if (away)
      this.logger.warn({ err: error }, 'Redis does not answer: limits are kept by each process alone');
    else this.logger.info('Redis answers again: limits are shared again');
  }
}
