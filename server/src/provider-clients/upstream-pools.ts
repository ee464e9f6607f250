import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { KeptConnection } from './kept-connection.js';
import type { UpstreamProvider } from './upstream-provider.js';

const CONNECT_TIMEOUT_MS = 3_000;
/** Below the 60 s after which common load balancers drop an idle connection without a word. */
const KEEP_ALIVE_MS = 50_000;

/** What a socket reads ahead of a client that stalls; Node's 64 KB would be held once per stalled stream. */
const READ_AHEAD_BYTES = 16 * 1024;

/** `highWaterMark` goes through to the socket; undici's types do not list it. */
const CONNECT = { timeout: CONNECT_TIMEOUT_MS, highWaterMark: READ_AHEAD_BYTES };

/**
 * One connection pool per provider. Header and body time limits are off here: the attempt watches the first
 * event and the gaps itself, because comments and empty chunks must not stop those clocks. HTTP/1.1 only,
 * redirects are never followed.
 */
@Injectable()
export class UpstreamPools implements OnApplicationShutdown {
  readonly #pools = new Map<string, Pool>();

  /** @param fresh a pool that keeps no connection: what it carries goes over a new one */
  poolFor(provider: UpstreamProvider, origin: string, fresh = false): Pool {
    const key = fresh ? `${provider.id} ${origin} fresh` : `${provider.id} ${origin}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connect: CONNECT,
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: fresh ? 1 : KEEP_ALIVE_MS,
        keepAliveMaxTimeout: fresh ? 1 : KEEP_ALIVE_MS,
        factory: (url, options) => new KeptConnection(url, options),
        pipelining: 1,
        allowH2: false,
      });
      this.#pools.set(key, pool);
    }
    return pool;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }
}
