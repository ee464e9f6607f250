import { PERMISSIONS, type Permission } from '@ccs/dto';

const ALL: ReadonlySet<Permission> = new Set(PERMISSIONS.map((permission) => permission.code));

/** What a new user may do. */
export const DEFAULT_PERMISSIONS: readonly Permission[] = PERMISSIONS.filter((each) => each.onByDefault).map(
  (each) => each.code,
);

/** What a user may do now: administrators everything, others what was granted. Unknown codes grant nothing. */
export function effectivePermissions(user: {
  readonly isAdmin: boolean;
  readonly permissions: readonly string[];
}): ReadonlySet<Permission> {
  if (user.isAdmin) return ALL;
  return new Set([...ALL].filter((code) => user.permissions.includes(code)));
}
