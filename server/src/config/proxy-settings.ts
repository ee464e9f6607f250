import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { EnvironmentReader } from './environment-reader.js';
import { Secret } from './secret.js';

/** HTTP proxies on the way to providers. */
export interface ProxySettings {
  /** For `http://` addresses; may hold a user and a password. */
  readonly http: Secret | null;
  readonly https: Secret | null;
  /** Hosts that are asked without one: names, `.suffixes`, addresses, CIDR blocks, each with `:port` or not; `*`: all. */
  readonly without: readonly string[];
}

export const NO_PROXIES: ProxySettings = Object.freeze({ http: null, https: null, without: [] });

/** `https_proxy` counts before `HTTPS_PROXY`, as with curl; a proxy for http serves https too unless there is one. */
export function readProxies(reader: EnvironmentReader): ProxySettings {
  const read = (name: string): Secret | null => {
    const spelling = reader.optional(name.toLowerCase()) === null ? name : name.toLowerCase();
    const value = reader.optional(spelling);
    if (value === null) return null;
    const url = value.includes('://') ? value : `http://${value}`;
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      reader.refuse(name, 'the address of an HTTP proxy, such as http://proxy.example.com:3128');
    return new Secret(url);
  };
  const http = read('HTTP_PROXY');
  const without = reader.optional('no_proxy') ?? reader.optional('NO_PROXY') ?? '';
  return Object.freeze({
    http,
    https: read('HTTPS_PROXY') ?? http,
    without: Object.freeze(without.split(/[\s,]+/).filter((entry) => entry !== '')),
  });
}

/** The proxy that a request to this address goes through; null: none. Loopback is always reached directly. */
export function proxyFor(url: URL, { http, https, without }: ProxySettings): Secret | null {
  const proxy = url.protocol === 'https:' ? https : http;
  if (proxy === null) return null;
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, ''); // prettier-ignore
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (isLoopbackHost(host) || without.some((entry) => matches(entry.toLowerCase(), host, port))) return null;
  return proxy;
}

function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback';
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (ipaddr.isValidCIDR(entry)) return isIP(host) !== 0 && isWithin(host, entry);
  const withPort = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry);
  if (withPort !== null && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? entry).replace(/^\[|\]$/g, '').replace(/^\*?\.|\.$/g, '');
  if (isIP(name) !== 0) return isIP(host) !== 0 && isWithin(host, `${name}/${isIP(name) === 4 ? 32 : 128}`);
  return host.endsWith(`.${name}`) || (host === name && !entry.startsWith('*.'));
}

function isWithin(host: string, block: string): boolean {
  const address = ipaddr.process(host);
  const [network, length] = ipaddr.parseCIDR(block);
  return address.kind() === network.kind() && address.match([network, length]);
}
