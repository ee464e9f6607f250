import type { IncomingHttpHeaders } from 'node:http';

/** What a request brings along to say who sends it. */
export interface Credentials {
  readonly apiKey: string | null;
  readonly bearer: string | null;
}

/** From the headers `x-api-key` and `Authorization: Bearer`; never from the query string. */
export function readCredentials(headers: IncomingHttpHeaders): Credentials {
  const apiKey = headers['x-api-key'];
  return {
    apiKey: typeof apiKey === 'string' && apiKey.trim() !== '' ? apiKey.trim() : null,
    bearer: /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? null,
  };
}

/** Session tokens are JWTs; API keys have no dot. */
export function isSessionToken(bearer: string): boolean {
  return bearer.startsWith('eyJ') && bearer.includes('.');
}
