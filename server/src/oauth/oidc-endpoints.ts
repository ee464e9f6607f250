import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { isProviderUrl, type OidcClient, type TokenAuthMethod } from '../config/oauth-settings.js';
import { ProviderAnswerError, askForObject } from './provider-http.js';

/** Where an OpenID provider does what. */
export interface OidcEndpoints {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userInfoUrl: string | null;
  readonly tokenAuthMethod: TokenAuthMethod;
  /** The keys it signs with. */
  readonly keys: JWTVerifyGetKey;
  /** Its callbacks name the issuer (RFC 9207). */
  readonly namesIssuer: boolean;
}

const FRESH_MS = 3_600_000;

/** Finds the endpoints: by what was configured, and discovery (OpenID Connect Discovery 1.0) for the rest. */
export class OidcDirectory {
  private known: { readonly endpoints: OidcEndpoints; readonly untilMs: number } | null = null;
  private asking: Promise<OidcEndpoints> | null = null;

  constructor(private readonly client: OidcClient) {}

  /**
   * Asked for anew once an hour; while that fails, what is known goes on.
   *
   * @throws ProviderUnreachableError, ProviderAnswerError while nothing is known
   */
  endpoints(): Promise<OidcEndpoints> {
    if (this.known !== null && this.known.untilMs > Date.now()) return Promise.resolve(this.known.endpoints);
    this.asking ??= this.find().finally(() => (this.asking = null));
    return this.asking;
  }

  private async find(): Promise<OidcEndpoints> {
    try {
      const endpoints = this.explicit() ?? this.discovered(await this.discover());
      this.known = { endpoints, untilMs: Date.now() + FRESH_MS };
      return endpoints;
    } catch (error) {
      if (this.known === null) throw error;
      return this.known.endpoints;
    }
  }

  private explicit(): OidcEndpoints | null {
    const { authorizationUrl, tokenUrl, jwksUrl, userInfoUrl, tokenAuthMethod } = this.client;
    if (authorizationUrl === null || tokenUrl === null || jwksUrl === null) return null;
    return {
      authorizationUrl,
      tokenUrl,
      userInfoUrl,
      tokenAuthMethod: tokenAuthMethod ?? 'client_secret_basic',
      keys: createRemoteJWKSet(new URL(jwksUrl)),
      namesIssuer: false,
    };
  }

  private async discover(): Promise<Readonly<Record<string, unknown>>> {
    const { issuer } = this.client;
    const metadata = await askForObject(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    // Section 4.3: else one provider could speak for another.
    if (metadata['issuer'] !== issuer) {
      throw new ProviderAnswerError('The discovery document is of another issuer', 200, 'issuer');
    }
    return metadata;
  }

  private discovered(metadata: Readonly<Record<string, unknown>>): OidcEndpoints {
    const { client } = this;
    const endpoint = (key: string): string => {
      const url = metadata[key];
      if (typeof url === 'string' && isProviderUrl(url)) return url;
      throw new ProviderAnswerError(`The discovery document has no usable ${key}`, 200, key);
    };
    const hasUserInfo = metadata['userinfo_endpoint'] !== undefined;
    return {
      authorizationUrl: client.authorizationUrl ?? endpoint('authorization_endpoint'),
      tokenUrl: client.tokenUrl ?? endpoint('token_endpoint'),
      userInfoUrl: client.userInfoUrl ?? (hasUserInfo ? endpoint('userinfo_endpoint') : null),
      tokenAuthMethod:
        client.tokenAuthMethod ?? authMethodOf(metadata['token_endpoint_auth_methods_supported']),
      keys: createRemoteJWKSet(new URL(client.jwksUrl ?? endpoint('jwks_uri'))),
      namesIssuer: metadata['authorization_response_iss_parameter_supported'] === true,
    };
  }
}

/** Left out means basic (Discovery, section 3). */
function authMethodOf(supported: unknown): TokenAuthMethod {
  const postOnly =
    Array.isArray(supported) &&
    supported.includes('client_secret_post') &&
    !supported.includes('client_secret_basic');
  return postOnly ? 'client_secret_post' : 'client_secret_basic';
}
