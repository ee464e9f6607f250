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
  /** The token is worth something only while the user's own number is the same. */
  readonly credentialsVersion: number;
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

  issue({ userId, credentialsVersion }: AccessTokenClaims): Promise<string> {
    return new SignJWT({ cv: credentialsVersion })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setSubject(String(userId))
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${this.lifetimeSeconds}s`)
      .sign(this.#key);
  }

  /** Null: not a token of ours, or expired. */
  async verify(token: string): Promise<AccessTokenClaims | null> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'iat', 'cv'],
      });
      const userId = /^[1-9]\d{0,9}$/.test(payload.sub ?? '') ? Number(payload.sub) : null;
      return userId === null || typeof payload.cv !== 'number'
        ? null
        : { userId, credentialsVersion: payload.cv };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
