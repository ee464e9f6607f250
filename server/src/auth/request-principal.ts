import type { Principal } from './principal.js';

const principals = new WeakMap<object, Principal>();
const refused = new WeakMap<object, Principal>();
const sessions = new WeakMap<object, number>();

/** For guards only. */
export function attachPrincipal(request: object, principal: Principal): void {
  principals.set(request, principal);
}

/** Who sent this (Fastify) request. Throws on a handler that is `@Public()`: nobody was asked there. */
export function requestPrincipal(request: object): Principal {
  const principal = principals.get(request);
  if (principal === undefined) throw new TypeError('The request has no principal: its handler is public');
  return principal;
}

/** For guards only. */
export function attachSession(request: object, sessionId: number): void {
  sessions.set(request, sessionId);
}

/** The session whose token came with this (Fastify) request. Throws where no session was asked for. */
export function requestSession(request: object): number {
  const sessionId = sessions.get(request);
  if (sessionId === undefined) throw new TypeError('The request has no session: its handler needs none');
  return sessionId;
}

/** For guards: an error that refuses a caller who is known. Returns the error. */
export function refusedTo<E extends Error>(principal: Principal, error: E): E {
  refused.set(error, principal);
  return error;
}

/** Who a call is from that was refused with `error`; null: the caller is not known. */
export function refusedPrincipal(request: object, error: unknown): Principal | null {
  const known = principals.get(request);
  if (known !== undefined) return known;
  return typeof error === 'object' && error !== null ? (refused.get(error) ?? null) : null;
}
