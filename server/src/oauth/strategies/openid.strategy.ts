import { createHash, randomBytes } from 'node:crypto';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-openidconnect';
import type { OidcClient } from '../../config/oauth-settings.js';
import { verifyIdToken } from '../id-token.js';
import type { Identity } from '../identity.js';
import { ownRequest, type OauthRequest } from '../oauth-request.js';
import { identityOfClaims } from '../oidc-claims.js';
import { OidcDirectory, type OidcEndpoints } from '../oidc-endpoints.js';
import { ProviderAnswerError, askForObject } from '../provider-http.js';
import type { StateStore } from '../state-store.js';
import { requestToken } from '../token-request.js';

const RANDOM_BYTES = 32;
/** The library looks at how many its callback takes: with eight, the access token is among them. */
const CALLBACK_PARAMETERS = 8;

/** What goes to the provider and must be shown again. */
interface Proofs {
  readonly verifier: string;
  readonly nonce: string;
}

type Done<T extends unknown[]> = (error: unknown, ...results: T) => void;
type Request = Parameters<Strategy['authenticate']>[0];

/**
 * passport-openidconnect with what it lacks: endpoints by discovery, PKCE in both requests, a nonce always, and ID
 * tokens that are verified (it takes one with any signature, or none). Passport calls `authenticate` on an object of its
 * own for each request, made with the strategy as prototype: what is assigned to `this` there is that request's.
 */
export function openIdStrategy(provider: 'oidc' | 'microsoft') {
  return class OpenIdStrategy extends PassportStrategy(Strategy, provider, CALLBACK_PARAMETERS) {
    private readonly directory: OidcDirectory;
    private proofs: Proofs | undefined;

    constructor(
      private readonly client: OidcClient,
      private readonly store: StateStore,
    ) {
      super({
        issuer: client.issuer,
        // Found later, for each request.
        authorizationURL: client.issuer,
        tokenURL: client.issuer,
        clientID: client.clientId,
        clientSecret: client.clientSecret.reveal(),
        callbackURL: client.redirectUrl,
        scope: client.scopes.filter((scope) => scope !== 'openid'),
        passReqToCallback: true,
        skipUserProfile: true,
        store,
      } as unknown as ConstructorParameters<typeof Strategy>[0]);
      this.directory = new OidcDirectory(client);
    }

    override authenticate(request: Request, options?: Parameters<Strategy['authenticate']>[1]): void {
      this.directory
        .endpoints()
        .then((endpoints) => {
          this.prepare(ownRequest(request), endpoints);
          super.authenticate(request, options);
        })
        .catch((error: Error) => this.error(error));
    }

    override authorizationParams(): object {
      const { verifier, nonce } = (this.proofs = { verifier: random(), nonce: random() });
      return {
        ...this.client.extraParameters,
        nonce,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      };
    }

    async validate(
      request: Request,
      _issuer: string,
      _profile: object,
      _context: object,
      _idToken: string,
      accessToken: string,
    ): Promise<Identity> {
      const { claims } = ownRequest(request);
      if (claims === null) throw new TypeError('The ID token was not verified');
      const { userInfoUrl } = await this.directory.endpoints();
      const userInfo =
        userInfoUrl === null
          ? {}
          : await askForObject(userInfoUrl, { headers: { authorization: `Bearer ${accessToken}` } });
      if (userInfoUrl !== null && userInfo['sub'] !== claims.sub) {
        throw new ProviderAnswerError('userinfo is about somebody else', 200, 'sub');
      }
      return identityOfClaims(provider, claims, userInfo, this.client.roles.claim);
    }

    private prepare(request: OauthRequest, endpoints: OidcEndpoints): void {
      const { client, store } = this;
      const { issuer } = client;
      const { iss } = request.query;
      const exact = !issuer.includes('{tid}');
      const mixedUp = iss === undefined ? endpoints.namesIssuer && request.flow !== null : iss !== issuer;
      if (exact && mixedUp) throw new ProviderAnswerError('The callback is of another issuer', 200, 'iss');
      const oauth2 = Object.assign(Object.create(this._oauth2) as object, {
        _authorizeUrl: endpoints.authorizationUrl,
        _accessTokenUrl: endpoints.tokenUrl,
        getOAuthAccessToken: (code: string, _: object, done: Done<[string?, string?, object?]>) => {
          this.exchange(request, endpoints, code).then(
            ({ accessToken, body }) => done(null, accessToken, undefined, body),
            done,
          );
        },
      });
      const stateStore = {
        // The library's own context has the nonce; the verifier goes along.
        store: (...[own, , state, meta, done]: Parameters<StateStore['store']>) =>
          store.store(own, this.proofs, state, meta, done),
        verify: (...call: Parameters<StateStore['verify']>) => store.verify(...call),
      };
      Object.assign(this, { _oauth2: oauth2, _stateStore: stateStore });
    }

    private async exchange(request: OauthRequest, endpoints: OidcEndpoints, code: string) {
      const { client } = this;
      // As `stateStore` sealed it.
      const { verifier, nonce } = request.flow?.context as Proofs;
      const tokens = await requestToken(
        endpoints.tokenUrl,
        client,
        { code, verifier },
        endpoints.tokenAuthMethod,
      );
      const { issuer, clientId } = client;
      const { keys } = endpoints;
      request.claims = await verifyIdToken(tokens.body['id_token'], { issuer, clientId, nonce, keys });
      // The library compares it once more, with what it was configured with.
      Object.assign(this, { _issuer: request.claims.iss });
      return tokens;
    }
  };
}

function random(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url');
}
