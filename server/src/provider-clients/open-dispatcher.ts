import { createSecureContext } from 'node:tls';
import { buildConnector, Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { EgressPolicy } from './egress-policy.js';
import { ForbiddenAddressError, guardedLookup, type ResolveHost } from './guarded-lookup.js';
import { KeptConnection } from './kept-connection.js';

const CONNECT_TIMEOUT_MS = 3_000;
/** Below the 60 s after which common load balancers drop an idle connection without a word. */
const KEEP_ALIVE_MS = 50_000;
/** What a socket reads ahead of a client that stalls; Node's 64 KB would be held once per stalled stream. */
const READ_AHEAD_BYTES = 16 * 1024;
const MAX_HEADER_BYTES = 32 * 1024;

/**
 * Header and body time limits are off here: the attempt watches the first event and the gaps itself, because comments
 * and empty chunks must not stop those clocks. It limits sizes as well. There is no limit of connections: the gate of
 * `max_concurrency` refuses where the caller can see it, and a queue in here would be another one that nobody sees.
 * HTTP/1.1 only: one stream that is cut must not take others along. Redirects are never followed.
 */
const poolOptions = (keepConnections: boolean) => ({
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: MAX_HEADER_BYTES,
  connections: null,
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: keepConnections ? KEEP_ALIVE_MS : 1,
  keepAliveMaxTimeout: keepConnections ? KEEP_ALIVE_MS : 1,
  factory: (url: URL, options: object) => new KeptConnection(url, options),
});

export interface DispatcherOptions {
  /** Authorities to trust in place of the public ones, in PEM; null: the public ones. */
  readonly ca: string | null;
  /** Address of an HTTP proxy; null: none. */
  readonly proxy: string | null;
  readonly egress: EgressPolicy;
  readonly resolve: ResolveHost;
  /** Whether a connection serves more than one request. */
  readonly keepConnections: boolean;
}

/** Connections to one origin. Certificates are always verified, and addresses checked as `guardedLookup` says. */
export function openDispatcher(origin: string, options: DispatcherOptions): Dispatcher {
  const secureContext = createSecureContext(options.ca === null ? {} : { ca: options.ca });
  // `highWaterMark` goes through to the socket; undici's types do not list it.
  const socket = { timeout: CONNECT_TIMEOUT_MS, highWaterMark: READ_AHEAD_BYTES, allowH2: false };
  if (options.proxy !== null)
    return throughProxy(origin, options.proxy, options, { ...socket, secureContext });
  const lookup = guardedLookup(options.egress, options.resolve);
  const connect = buildConnector({ ...socket, secureContext, lookup });
  return new Pool(origin, {
    ...poolOptions(options.keepConnections),
    connect: (target, callback) => {
      const refusal = options.egress.refusalOfHost(target.hostname);
      if (refusal === null) connect(target, callback);
      else queueMicrotask(() => callback(new ForbiddenAddressError(target.hostname, refusal), null));
    },
  });
}

/** The proxy resolves the name, so only the name can be checked. Through a tunnel for https, else as a forward proxy. */
function throughProxy(
  origin: string,
  proxy: string,
  { egress, keepConnections }: DispatcherOptions,
  requestTls: buildConnector.BuildOptions,
): Dispatcher {
  const { hostname } = new URL(origin);
  const own = poolOptions(keepConnections);
  const pool = (url: string | URL, options: object): Pool => {
    const refusal = egress.refusalOfHost(hostname);
    if (refusal !== null) throw new ForbiddenAddressError(hostname, refusal);
    return new Pool(url, { ...options, ...own });
  };
  return new ProxyAgent({
    ...own,
    uri: proxy,
    factory: pool,
    requestTls,
    proxyTls: { timeout: CONNECT_TIMEOUT_MS, allowH2: false },
  });
}
