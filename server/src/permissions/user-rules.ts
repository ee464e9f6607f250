import type { Permission } from '@ccs/dto';
import { PermissionDeniedError } from '../errors/caller-errors.js';

/** Somebody's standing, as far as rules between people ask for it. */
export interface Standing {
  readonly userId: number;
  readonly isAdmin: boolean;
  readonly permissions: ReadonlySet<Permission>;
}

/**
 * Only an administrator acts on an administrator; nobody acts on a user who holds a permission that he himself lacks.
 *
 * @throws PermissionDeniedError
 */
export function checkMayManage(caller: Standing, target: Standing): void {
  if (caller.isAdmin || caller.userId === target.userId) return;
  if (target.isAdmin) {
    throw new PermissionDeniedError('Only an administrator can do this to an administrator');
  }
  const lacking = [...target.permissions].find((permission) => !caller.permissions.has(permission));
  if (lacking !== undefined) {
    throw new PermissionDeniedError(`This user holds '${lacking}', which you do not have`);
  }
}

/**
 * Nobody grants what he does not have, and nobody makes himself an administrator.
 *
 * @throws PermissionDeniedError
 */
export function checkMayGrant(
  caller: Standing,
  grant: { readonly isAdmin: boolean; readonly permissions: Iterable<Permission> },
): void {
  if (caller.isAdmin) return;
  if (grant.isAdmin) throw new PermissionDeniedError('Only an administrator makes administrators');
  for (const permission of grant.permissions) {
    if (!caller.permissions.has(permission)) {
      throw new PermissionDeniedError(`You cannot grant '${permission}': you do not have it yourself`);
    }
  }
}

/** @throws PermissionDeniedError when both are one: nobody disables, demotes, resets or deletes himself */
export function checkNotSelf(caller: Standing, target: Standing, act: string): void {
  if (caller.userId === target.userId) throw new PermissionDeniedError(`You cannot ${act} yourself`);
}
