import type { Dialect, EndpointName } from '../scripts/script.js';

/** What method and URL alone say about a request. */
export interface Route {
  readonly target: EndpointName | 'control' | 'alive' | 'unknown';
  /** `null` where the path does not tell (`GET …/models` is the same in both). */
  readonly dialect: Dialect | null;
  /** The name in `/p/<name>/…`, else `""`. */
  readonly provider: string;
  /** Without the query, as it came. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

export const CONTROL_PREFIX = '/__sim';

const PROVIDER_PREFIX = /^\/p\/([^/]+)\//;
const MODELS = /\/models(?:\/.+)?$/;

/** Any path prefix is allowed before the endpoint, as with real base URLs. */
export function routeRequest(method: string, url: string): Route {
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  const query = queryAt < 0 ? '' : url.slice(queryAt + 1);
  return { ...routePath(method, path), provider: providerOf(path), path, query };
}

function routePath(method: string, path: string): Pick<Route, 'target' | 'dialect'> {
  if (path === CONTROL_PREFIX || path.startsWith(`${CONTROL_PREFIX}/`))
    return { target: 'control', dialect: null };
  if (method === 'POST') {
    if (path.endsWith('/chat/completions')) return { target: 'messages', dialect: 'openai' };
    if (path.endsWith('/v1/messages')) return { target: 'messages', dialect: 'anthropic' };
    if (path.endsWith('/v1/messages/count_tokens')) return { target: 'count_tokens', dialect: 'anthropic' };
  }
  if (method === 'GET' && MODELS.test(path)) return { target: 'models', dialect: null };
  if (method === 'HEAD' || (method === 'GET' && path === '/')) return { target: 'alive', dialect: null };
  return { target: 'unknown', dialect: null };
}

function providerOf(path: string): string {
  const name = PROVIDER_PREFIX.exec(path)?.[1];
  return name === undefined ? '' : decodeOrKeep(name);
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
