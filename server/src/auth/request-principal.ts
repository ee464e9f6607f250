import type { Principal } from './principal.js';

const principals = new WeakMap<object, Principal>();

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
