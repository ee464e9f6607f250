import { PassportStrategy } from '@nestjs/passport';
import OAuth2Strategy from 'passport-oauth2';
import type { FeishuClient } from '../../config/oauth-settings.js';
import { identityOf, type Identity } from '../identity.js';
import { ProviderAnswerError, askForObject, errorCode } from '../provider-http.js';
import type { StateStore } from '../state-store.js';
import { requestToken } from '../token-request.js';

/** `data` of `GET /open-apis/authen/v1/user_info`. */
interface FeishuUser {
  readonly name?: unknown;
  /** The same for all apps of one developer, other than `open_id`. */
  readonly union_id?: unknown;
  /** What its owner entered. */
  readonly email?: unknown;
  /** The mailbox that the user's organisation says it gave him. */
  readonly enterprise_email?: unknown;
  /** His organisation. Anybody can make one, and enter mailboxes for its people. */
  readonly tenant_key?: unknown;
}

type Done<T extends unknown[]> = (error: unknown, ...results: T) => void;

/**
 * Feishu and Lark: OAuth 2.0 with PKCE, except that the token endpoint (authen v2) takes JSON, and that user info
 * (authen v1) comes in an envelope whose `code` tells errors at status 200.
 */
export class FeishuStrategy extends PassportStrategy(OAuth2Strategy, 'feishu', true) {
  constructor(
    private readonly client: FeishuClient,
    store: StateStore,
  ) {
    super({
      clientID: client.clientId,
      clientSecret: client.clientSecret.reveal(),
      callbackURL: client.redirectUrl,
      scope: [...client.scopes],
      authorizationURL: `${client.accountsUrl}/open-apis/authen/v1/authorize`,
      tokenURL: `${client.apiUrl}/open-apis/authen/v2/oauth/token`,
      pkce: true,
      store,
    } as unknown as ConstructorParameters<typeof OAuth2Strategy>[0]);
    Object.assign(this._oauth2, {
      getOAuthAccessToken: (
        code: string,
        { code_verifier: verifier }: { code_verifier: string },
        done: Done<[string?, string?, object?]>,
      ) => {
        const url = `${client.apiUrl}/open-apis/authen/v2/oauth/token`;
        requestToken(url, client, { code, verifier }, 'json').then(
          ({ accessToken, body }) => done(null, accessToken, undefined, body),
          done,
        );
      },
    });
  }

  override userProfile(accessToken: string, done: Done<[FeishuUser?]>): void {
    this.userInfo(accessToken).then((user) => done(null, user), done);
  }

  validate(_accessToken: string, _refreshToken: string | undefined, user: FeishuUser): Identity {
    return identityOf({
      provider: 'feishu',
      issuer: 'feishu',
      subject: user.union_id,
      email: user.enterprise_email,
      emailVerified: this.client.trustedTenants.some((tenant) => tenant === user.tenant_key),
      name: user.name,
      labels: [user.enterprise_email, user.name],
      roles: null,
    });
  }

  private async userInfo(accessToken: string): Promise<FeishuUser> {
    const answer = await askForObject(`${this.client.apiUrl}/open-apis/authen/v1/user_info`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const { code, data } = answer;
    if (code !== 0 || typeof data !== 'object' || data === null) {
      throw new ProviderAnswerError('Feishu does not say who it is', 200, errorCode(answer));
    }
    return data;
  }
}
