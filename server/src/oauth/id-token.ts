import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';

/** Never a symmetric one, never `none`: the client's secret is no key. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 30;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TENANT = '{tid}';

export interface IdTokenClaims extends JWTPayload {
  readonly iss: string;
  readonly sub: string;
}

export interface IdTokenExpectation {
  /** Exactly, or with `{tid}` in the place of the token's own tenant (Microsoft's shared endpoints). */
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce: string;
  readonly keys: JWTVerifyGetKey;
}

/**
 * Verifies an ID token (OpenID Connect Core, section 3.1.3.7): signature, issuer, audience, times, nonce.
 *
 * @throws errors.JOSEError
 */
export async function verifyIdToken(token: unknown, expected: IdTokenExpectation): Promise<IdTokenClaims> {
  if (typeof token !== 'string') throw new errors.JWTInvalid('there is no ID token');
  const { payload } = await jwtVerify(token, expected.keys, {
    algorithms: ALGORITHMS,
    issuer: issuerOf(token, expected.issuer),
    audience: expected.clientId,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
  });
  const { iss, sub, aud, azp, nonce } = payload;
  const refuse = (reason: string): never => {
    throw new errors.JWTClaimValidationFailed(reason, payload);
  };
  if (nonce !== expected.nonce) refuse('nonce');
  if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== expected.clientId) refuse('azp');
  if (typeof iss !== 'string' || typeof sub !== 'string' || sub === '') return refuse('sub');
  return { ...payload, iss, sub };
}

/** The signature covers the tenant as well: what is read here is what is verified. */
function issuerOf(token: string, issuer: string): string {
  if (!issuer.includes(TENANT)) return issuer;
  const { tid } = decodeJwt(token);
  if (typeof tid !== 'string' || !GUID.test(tid)) throw new errors.JWTInvalid('the tenant is missing');
  return issuer.replace(TENANT, tid);
}
