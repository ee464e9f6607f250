import { SetMetadata } from '@nestjs/common';
import type { Permission } from '@ccs/dto';
import type { Principal } from './principal.js';

/** What a session needs. */
export interface SessionAccessRule {
  readonly kind: 'session';
  /** Any one of these is enough; empty: any session. */
  readonly anyOf: readonly Permission[];
  /** Open even while the one-time password of the first start has not been changed. */
  readonly oneTimePassword: boolean;
  /** No permission is enough: the caller must be an administrator. */
  readonly administrator: boolean;
}

/** Who may call a handler. */
export type Access = { readonly kind: 'public' } | { readonly kind: 'key' } | SessionAccessRule;

const ACCESS = Symbol('ACCESS');

const declare = (access: Access): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS, Object.freeze(access));

/** Everybody, without a credential. */
export const Public = (): MethodDecorator & ClassDecorator => declare({ kind: 'public' });

/** The data plane: an API key in `x-api-key` or as Bearer, or a session token as Bearer; permission `chat`. */
export const KeyAccess = (): MethodDecorator & ClassDecorator => declare({ kind: 'key' });

/** The admin API: a session token, with any one of the permissions if some are named. Never an API key. */
export const SessionAccess = (...anyOf: readonly Permission[]): MethodDecorator & ClassDecorator =>
  declare({ kind: 'session', anyOf, oneTimePassword: false, administrator: false });

/** The session of an administrator. */
export const AdministratorAccess = (): MethodDecorator & ClassDecorator =>
  declare({ kind: 'session', anyOf: [], oneTimePassword: false, administrator: true });

/** A session of any kind, also one that must change its one-time password first. */
export const OwnAccountAccess = (): MethodDecorator & ClassDecorator =>
  declare({ kind: 'session', anyOf: [], oneTimePassword: true, administrator: false });

/** Whether a caller with a session may call; one-time passwords are another matter. */
export function lets(
  { isAdmin, permissions }: Principal,
  { administrator, anyOf }: SessionAccessRule,
): boolean {
  if (administrator) return isAdmin;
  return anyOf.length === 0 || anyOf.some((permission) => permissions.has(permission));
}

/** What a handler declares, or else its controller; undefined: nothing, so nobody may call it. */
export function declaredAccess(handler: object, controller: object): Access | undefined {
  // The symbol is private to this file: only `declare` writes under it.
  return (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller)) as
    Access | undefined;
}
