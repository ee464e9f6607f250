import type { Flow } from './flows.js';
import type { IdTokenClaims } from './id-token.js';

/**
 * What Passport and its strategies see of a request: Express-shaped, made for each one, and nothing but what they need.
 * Fastify's own request never gets there, for Passport adds members to whatever it is given.
 */
export interface OauthRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, never>>;
  readonly query: { readonly code?: string; readonly state?: string; readonly iss?: string };
  /** On the way back: opened and used up already. Null on the way there. */
  readonly flow: Flow | null;
  /** On the way there: left by the state store for the browser, a `Set-Cookie` value. */
  cookie: string | null;
  /** On the way back, of an OpenID provider: verified. */
  claims: IdTokenClaims | null;
}

/** Strategies are given Express's type by their own declarations; it is always one of ours. */
export function ownRequest(request: object): OauthRequest {
  return request as OauthRequest;
}
