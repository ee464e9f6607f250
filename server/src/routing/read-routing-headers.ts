import { InvalidRequestError } from '../errors/caller-errors.js';
import type { Dialect } from './routable-provider.js';

/** Header names in lower case, as HTTP servers give them. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `X-Provider-Name`, `X-API-Format` and `X-Allow-Fallback`; a provider's name may come percent-encoded. */
export function readRoutingHeaders(headers: Headers): {
  providerName: string | undefined;
  dialect: Dialect | undefined;
  allowFallback: boolean;
} {
  const name = single(headers['x-provider-name']);
  const allowFallback = single(headers['x-allow-fallback'])?.trim().toLowerCase() === 'true';
  const format = single(headers['x-api-format']);
  if (format !== undefined && format !== 'openai' && format !== 'anthropic') {
    throw new InvalidRequestError(
      'x-api-format',
      `must be 'openai' or 'anthropic', not '${format.slice(0, 40)}'`,
    );
  }
  return { providerName: name === undefined ? undefined : decoded(name), dialect: format, allowFallback };
}

function single(value: Headers[string]): string | undefined {
  const first = typeof value === 'string' ? value : value?.[0];
  return first === undefined || first === '' ? undefined : first;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
