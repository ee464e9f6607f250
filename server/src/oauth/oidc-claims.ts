import type { IdTokenClaims } from './id-token.js';
import { identityOf, type Identity } from './identity.js';

type Claims = Readonly<Record<string, unknown>>;

/**
 * Who an ID token and userinfo (of the same subject) say it is. `rolesClaim` may lead into objects by dots; the token's
 * own claim comes first.
 */
export function identityOfClaims(
  provider: 'oidc' | 'microsoft',
  token: IdTokenClaims,
  userInfo: Claims,
  rolesClaim: string,
): Identity {
  // An address and whether it is verified belong together: never one from here and the other from there.
  const withEmail: Claims = token['email'] === undefined ? userInfo : token;
  const claim = (name: string): unknown => token[name] ?? userInfo[name];
  return identityOf({
    provider,
    issuer: token.iss,
    subject: token.sub,
    email: withEmail['email'],
    emailVerified: provider === 'microsoft' ? ownsDomain(withEmail) : withEmail['email_verified'],
    name: claim('name'),
    labels: [withEmail['email'], claim('preferred_username'), claim('name')],
    roles: rolesOf(token, rolesClaim) ?? rolesOf(userInfo, rolesClaim),
  });
}

/**
 * Microsoft's `email` is what an administrator of any tenant typed in. The optional claim `xms_edov` says that the
 * tenant has proved to own its domain; it comes as a boolean, a number or a text.
 */
function ownsDomain(claims: Claims): boolean {
  return [true, 1, '1', 'true'].some((yes) => claims['xms_edov'] === yes);
}

/** Null: there is no such claim, or it is no list of texts. One text alone is a list of one. */
function rolesOf(claims: Claims, path: string): readonly string[] | null {
  const direct = claims[path];
  const found = direct === undefined ? path.split('.').reduce<unknown>(member, claims) : direct;
  const list: readonly unknown[] = Array.isArray(found) ? found : [found];
  const roles = list.filter((role) => typeof role === 'string');
  return roles.length === list.length ? roles : null;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (Reflect.get(value, name) as unknown)
    : undefined;
}
