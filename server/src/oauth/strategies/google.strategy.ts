import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-google-oauth20';
import type { GoogleClient } from '../../config/oauth-settings.js';
import { identityOf, type Identity } from '../identity.js';
import { boundRequests } from '../provider-http.js';
import type { StateStore } from '../state-store.js';

const ISSUER = 'https://accounts.google.com';

interface GoogleProfile {
  readonly id?: unknown;
  readonly displayName?: unknown;
  readonly emails?: readonly { readonly value?: unknown; readonly verified?: unknown }[];
}

/** OAuth 2.0 with PKCE; who it is comes from Google's userinfo endpoint, asked with the token of the exchange. */
export class GoogleStrategy extends PassportStrategy(Strategy, 'google', true) {
  constructor(client: GoogleClient, store: StateStore) {
    super({
      clientID: client.clientId,
      clientSecret: client.clientSecret.reveal(),
      callbackURL: client.redirectUrl,
      scope: [...client.scopes],
      authorizationURL: client.authorizationUrl,
      tokenURL: client.tokenUrl,
      userProfileURL: client.userInfoUrl,
      pkce: true,
      store,
      // The declarations know neither PKCE nor this form of a store.
    } as unknown as ConstructorParameters<typeof Strategy>[0]);
    boundRequests(this._oauth2);
  }

  validate(_accessToken: string, _refreshToken: string, profile: GoogleProfile): Identity {
    const email = profile.emails?.[0];
    return identityOf({
      provider: 'google',
      issuer: ISSUER,
      subject: profile.id,
      email: email?.value,
      emailVerified: email?.verified,
      name: profile.displayName,
      labels: [email?.value, profile.displayName],
      roles: null,
    });
  }
}
