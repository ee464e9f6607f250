import type { IncomingHttpHeaders } from 'node:http';

/** Where a sign-in comes from, for throttling and for the list of sessions. */
export interface SignInContext {
  /** The peer's, or what a trusted proxy says. */
  readonly address: string;
  readonly userAgent: string | null;
}

/** Of a request: its headers, and the address Fastify gives. */
export function signInContext(headers: IncomingHttpHeaders, address: string): SignInContext {
  return { address, userAgent: headers['user-agent'] ?? null };
}
