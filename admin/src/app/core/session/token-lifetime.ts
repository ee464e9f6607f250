/**
 * Milliseconds an access token is good for from its making on, by what it says itself (RFC 7519, `exp` and `iat`); the
 * browser's clock may be wrong, a length of time is not. Null: it does not say.
 */
export function tokenLifetimeMs(token: string): number | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims) || !('iat' in claims))
      return null;
    const { exp, iat } = claims;
    return typeof exp === 'number' && typeof iat === 'number' && exp > iat ? (exp - iat) * 1000 : null;
  } catch {
    return null;
  }
}
