import { hash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { Inject, Injectable, Optional, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { proxyFor } from '../config/proxy-settings.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { EgressPolicy } from './egress-policy.js';
import type { ResolveHost } from './guarded-lookup.js';
import { openDispatcher } from './open-dispatcher.js';
import type { UpstreamProvider } from './upstream-provider.js';

/** Injects another `ResolveHost` than the machine's. */
export const RESOLVE_HOST = Symbol('RESOLVE_HOST');

const resolveOnThisMachine: ResolveHost = (hostname, options) => lookup(hostname, { ...options, all: true });

/** The connections of one provider; unusable for new calls once it is closing. */
interface UpstreamPool {
  readonly kept: Dispatcher;
  /** Keeps no connection; made when it is asked for. */
  fresh: Dispatcher | null;
  readonly open: (keepConnections: boolean) => Dispatcher;
  closing: boolean;
}

/**
 * A pool of connections for each provider, kept while its address, its credential and its certificates stay the same:
 * a connection that went wrong never carries the calls of another credential.
 */
@Injectable()
export class UpstreamPools implements OnApplicationShutdown {
  readonly #pools = new Map<string, UpstreamPool>();
  /** Of a catalog entry, which is frozen: no digest per call. */
  readonly #known = new WeakMap<UpstreamProvider, UpstreamPool>();
  readonly #closing = new Set<UpstreamPool>();
  readonly #resolve: ResolveHost;

  constructor(
    private readonly egress: EgressPolicy,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() @Inject(RESOLVE_HOST) resolve?: ResolveHost,
  ) {
    this.#resolve = resolve ?? resolveOnThisMachine;
  }

  /** @param fresh what is dispatched goes over a new connection, whatever is kept for reuse */
  poolFor(provider: UpstreamProvider, fresh = false): Dispatcher {
    const pool = this.#poolOf(provider);
    if (!fresh) return pool.kept;
    pool.fresh ??= pool.open(false);
    return pool.fresh;
  }

  /**
   * Closes the pools of all other providers: idle connections at once, the rest as their calls end. A call of an older
   * snapshot that sends again meanwhile gets a pool of its own, which goes at the next change.
   */
  keepOnly(providers: readonly UpstreamProvider[]): void {
    const kept = new Set(providers.map(poolKey));
    for (const [key, pool] of this.#pools) {
      if (!kept.has(key)) this.#close(key, pool);
    }
  }

  /** Closes the pool of one that is in no catalog. */
  release(provider: UpstreamProvider): void {
    const key = poolKey(provider);
    const pool = this.#pools.get(key);
    if (pool !== undefined) this.#close(key, pool);
  }

  async onApplicationShutdown(): Promise<void> {
    const all = [...this.#pools.values(), ...this.#closing];
    this.#pools.clear();
    await Promise.all(all.flatMap(dispatchersOf).map((dispatcher) => dispatcher.destroy()));
  }

  #poolOf(provider: UpstreamProvider): UpstreamPool {
    const known = this.#known.get(provider);
    if (known !== undefined && !known.closing) return known;
    const key = poolKey(provider);
    const pool = this.#pools.get(key) ?? this.#open(key, provider);
    this.#known.set(provider, pool);
    return pool;
  }

  #open(key: string, provider: UpstreamProvider): UpstreamPool {
    const url = new URL(provider.baseUrl);
    const proxy = proxyFor(url, this.environment.proxies);
    if (proxy !== null) {
      this.logger.info(
        { provider: provider.name, host: url.hostname },
        'provider is reached through a proxy, which resolves its name: the address behind it cannot be checked',
      );
    }
    const open = (keepConnections: boolean): Dispatcher =>
      openDispatcher(url.origin, {
        ca: provider.ca,
        proxy: proxy?.reveal() ?? null,
        egress: this.egress,
        resolve: this.#resolve,
        keepConnections,
      });
    const pool: UpstreamPool = { kept: open(true), fresh: null, open, closing: false };
    this.#pools.set(key, pool);
    return pool;
  }

  #close(key: string, pool: UpstreamPool): void {
    this.#pools.delete(key);
    pool.closing = true;
    this.#closing.add(pool);
    const gone = (): boolean => this.#closing.delete(pool);
    // Rejected only if it is destroyed meanwhile.
    Promise.all(dispatchersOf(pool).map((dispatcher) => dispatcher.close())).then(gone, gone);
  }
}

const dispatchersOf = ({ kept, fresh }: UpstreamPool): readonly Dispatcher[] =>
  fresh === null ? [kept] : [kept, fresh];

/** A digest, so that no credential stands in a map's keys. */
function poolKey(provider: UpstreamProvider): string {
  const { id, baseUrl, ca, apiKey, customHeaders } = provider;
  const headers = customHeaders.map(([name, value]) => [name, value.reveal()]);
  return hash('sha256', JSON.stringify([id, new URL(baseUrl).origin, ca, apiKey.reveal(), headers]));
}
