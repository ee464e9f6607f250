import { randomUUID } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';
import { Hints, type HintTopic } from './hints.js';

const OPTIONS: RedisOptions = {
  // The first subscriber connects: processes that hear nothing need no connection.
  lazyConnect: true,
  connectTimeout: 2_000,
  retryStrategy: (times) => Math.min(times * 100, 2_000),
  connectionName: 'cc-switch-hints',
};

/** Over publish and subscribe of Redis; while it is away nothing is sent and nothing waits. */
export class RedisHints extends Hints {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #listeners = new Map<string, ((message: string) => void)[]>();
  readonly #self = randomUUID();

  constructor(url: string) {
    super();
    this.#publisher = new Redis(url, {
      ...OPTIONS,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    });
    this.#subscriber = new Redis(url, { ...OPTIONS, maxRetriesPerRequest: null });
    for (const connection of [this.#publisher, this.#subscriber]) {
      // Whoever needs Redis says that it is away; without a listener it would end the process.
      connection.on('error', () => undefined);
    }
    this.#subscriber.on('message', (channel: string, message: string) => this.#receive(channel, message));
  }

  send(topic: HintTopic, message: string): void {
    if (this.#publisher.status !== 'ready') return;
    this.#publisher.publish(this.#channel(topic), `${this.#self} ${message}`).catch(() => undefined);
  }

  subscribe(topic: HintTopic, listener: (message: string) => void): void {
    const channel = this.#channel(topic);
    const listeners = this.#listeners.get(channel);
    if (listeners !== undefined) {
      listeners.push(listener);
      return;
    }
    this.#listeners.set(channel, [listener]);
    // It comes back by itself after a reconnect.
    this.#subscriber.subscribe(channel).catch(() => undefined);
    if (this.#publisher.status === 'wait') this.#publisher.connect().catch(() => undefined);
  }

  close(): void {
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }

  /** Redis has one space of channels for all its databases. */
  #channel(topic: HintTopic): string {
    return `ccs:hints:${this.#publisher.options.db ?? 0}:${topic}`;
  }

  #receive(channel: string, message: string): void {
    const space = message.indexOf(' ');
    if (message.slice(0, space) === this.#self) return;
    for (const listener of this.#listeners.get(channel) ?? []) listener(message.slice(space + 1));
  }
}
