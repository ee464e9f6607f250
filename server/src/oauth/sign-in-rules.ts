import type { Permission } from '@ccs/dto';
import type { OauthSettings, RoleRules } from '../config/oauth-settings.js';
import type { UserAccount } from '../users/user-account.js';
import type { Identity } from './identity.js';
import { OauthFailure } from './oauth-failure.js';

/** What the claim of this provider decides; null: nothing. */
export function roleRulesOf(settings: OauthSettings, { provider }: Identity): RoleRules | null {
  if (provider !== 'oidc' && provider !== 'microsoft') return null;
  return settings[provider]?.roles ?? null;
}

/** Throws `OauthFailure` when a role is needed that the provider does not tell of: a missing claim is no yes. */
export function checkRoles(
  { roles }: Identity,
  rules: RoleRules | null,
  user: UserAccount | null = null,
): void {
  const required = rules?.required ?? [];
  if (required.length > 0 && !required.some((role) => roles?.includes(role) === true)) {
    throw new OauthFailure('role_missing', { user });
  }
}

/** Throws `OauthFailure` when nobody who is new may come in like this. */
export function checkSignUp(
  { email }: Identity,
  { allowSignUp, allowedEmailDomains }: Pick<OauthSettings, 'allowSignUp' | 'allowedEmailDomains'>,
): void {
  if (!allowSignUp) throw new OauthFailure('sign_up_closed');
  const domain = email?.slice(email.lastIndexOf('@') + 1);
  if (allowedEmailDomains.length > 0 && (domain === undefined || !allowedEmailDomains.includes(domain))) {
    throw new OauthFailure('email_not_allowed');
  }
}

/** Permissions that some role carries come and go with the roles; the others stay as they are. */
export function permissionsByRoles(
  present: readonly string[],
  { roles }: Identity,
  rules: RoleRules | null,
): readonly string[] {
  if (rules === null || rules.permissions.size === 0) return present;
  const managed = new Set<string>([...rules.permissions.values()].flat());
  const granted = (roles ?? []).flatMap((role): readonly Permission[] => rules.permissions.get(role) ?? []);
  return [...new Set([...present.filter((code) => !managed.has(code)), ...granted])];
}
