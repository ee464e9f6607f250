import { Inject, Injectable } from '@nestjs/common';
import { SignJWT, errors, jwtVerify } from 'jose';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { MasterSecrets } from '../config/master-secrets.js';

/** Fixed on both sides: whatever a token's header asks for, nothing else is tried. */
const ALGORITHM = 'HS256';
/** RFC 9068's type for access tokens: no other token of ours can stand in for one. */
const TYPE = 'at+jwt';
const ISSUER = 'cc-switch';
const AUDIENCE = 'cc-switch';

export interface AccessTokenClaims {
  readonly userId: number;
  /** The token is worth something only while this session lasts. */
  readonly sessionId: number;
}

/** Issues and verifies the session tokens of the admin API. */
@Injectable()
export class AccessTokens {
  readonly #key: Uint8Array;
  private readonly lifetimeSeconds: number;

  constructor(secrets: MasterSecrets, @Inject(ENVIRONMENT) environment: Environment) {
    this.#key = secrets.keyFor('access-token');
    this.lifetimeSeconds = environment.accessTokenLifetimeSeconds;
  }

  /** Good for JWT_TOKEN_EXPIRE_MINUTES, and no longer than the session that is left. */
  issue({ userId, sessionId }: AccessTokenClaims, remainingSeconds: number): Promise<string> {
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setSubject(String(userId))
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${Math.min(this.lifetimeSeconds, remainingSeconds)}s`)
      .sign(this.#key);
  }

  /** Null: not a token of ours, or expired. */
  async verify(token: string): Promise<AccessTokenClaims | null> {
    try {
      if (!isCanonical(token)) return null;
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'iat', 'sid'],
      });
      const userId = /^[1-9]\d{0,9}$/.test(payload.sub ?? '') ? Number(payload.sub) : null;
      const sessionId = Number.isSafeInteger(payload.sid) ? Number(payload.sid) : null;
      return userId === null || sessionId === null ? null : { userId, sessionId };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

/** Base64url leaves bits of the last letter unused: one token, one spelling. The rest is signed as it is written. */
function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}
