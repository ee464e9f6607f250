import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-github2';
import type { GithubClient } from '../../config/oauth-settings.js';
import { identityOf, type Identity } from '../identity.js';
import { boundRequests } from '../provider-http.js';
import type { StateStore } from '../state-store.js';

const GITHUB = 'https://github.com';

interface GithubProfile {
  readonly id: string;
  readonly username?: string;
  readonly displayName?: string;
  /** As `GET /user/emails` lists them. */
  readonly emails?: readonly {
    readonly value?: unknown;
    readonly primary?: unknown;
    readonly verified?: unknown;
  }[];
}

/** OAuth 2.0 with PKCE; the e-mail is the primary one if GitHub has verified it. */
export class GithubStrategy extends PassportStrategy(Strategy, 'github', true) {
  private readonly issuer: string;

  constructor(client: GithubClient, store: StateStore) {
    super({
      clientID: client.clientId,
      clientSecret: client.clientSecret.reveal(),
      callbackURL: client.redirectUrl,
      scope: [...client.scopes],
      scopeSeparator: ' ',
      authorizationURL: `${client.baseUrl}/login/oauth/authorize`,
      tokenURL: `${client.baseUrl}/login/oauth/access_token`,
      userProfileURL: `${client.apiUrl}/user`,
      userEmailURL: `${client.apiUrl}/user/emails`,
      allRawEmails: true,
      pkce: true,
      store,
      // The declarations know neither PKCE nor this form of a store.
    } as unknown as ConstructorParameters<typeof Strategy>[0]);
    // Ids are small numbers: user 1 of an Enterprise server is not user 1 of github.com.
    this.issuer = client.baseUrl === GITHUB ? 'github' : `github ${client.baseUrl}`;
    boundRequests(this._oauth2);
  }

  validate(_accessToken: string, _refreshToken: string, profile: GithubProfile): Identity {
    const email = profile.emails?.find((each) => each.primary === true);
    return identityOf({
      provider: 'github',
      issuer: this.issuer,
      subject: /^[1-9]\d*$/.test(profile.id) ? profile.id : null,
      email: email?.value,
      emailVerified: email?.verified,
      name: profile.displayName ?? profile.username,
      labels: [profile.username, email?.value],
      roles: null,
    });
  }
}
