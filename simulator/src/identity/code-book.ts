import { createHash, randomBytes } from 'node:crypto';
import type { Person } from './person.js';

/** What an authorization request asked for. */
export interface Grant {
  readonly person: Person;
  readonly redirectUri: string;
  readonly scope: string;
  /** S256 (RFC 7636). */
  readonly challenge: string;
}

export type Redemption =
  | { readonly outcome: 'granted'; readonly grant: Grant; readonly accessToken: string }
  /** Unknown, used before, or of another redirect URI or verifier. */
  | { readonly outcome: 'refused' };

/** Authorization codes, each good once, and the access tokens they were given for. */
export class CodeBook {
  readonly #codes = new Map<string, Grant>();
  readonly #tokens = new Map<string, Grant>();

  issue(grant: Grant): string {
    const code = randomBytes(20).toString('hex');
    this.#codes.set(code, grant);
    return code;
  }

  redeem(
    { code, redirectUri, verifier }: { code?: string; redirectUri?: string; verifier?: string },
    tokenPrefix: string,
  ): Redemption {
    const grant = this.#codes.get(code ?? '');
    this.#codes.delete(code ?? '');
    const challenge = createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url');
    if (grant === undefined || grant.redirectUri !== redirectUri || grant.challenge !== challenge) {
      return { outcome: 'refused' };
    }
    const accessToken = tokenPrefix + randomBytes(20).toString('hex');
    this.#tokens.set(accessToken, grant);
    return { outcome: 'granted', grant, accessToken };
  }

  /** For an `Authorization` header. */
  grantOf(authorization: string | undefined): Grant | undefined {
    return this.#tokens.get(/^bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
  }
}
