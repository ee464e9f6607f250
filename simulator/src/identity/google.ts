import {
  header,
  json,
  type IdentityAnswer,
  type IdentityProvider,
  type IdentityRequest,
  type ProviderParts,
} from './exchange.js';

/** Google: OAuth 2.0 by the book, and userinfo with the claims of OpenID Connect. */
export function google({ codes, client }: ProviderParts): IdentityProvider {
  return {
    authorizePath: '/o/oauth2/v2/auth',
    answer(request) {
      switch (`${request.method} ${request.path}`) {
        case 'POST /token':
          return token(request);
        case 'GET /v1/userinfo':
          return userInfo(request);
        default:
          return undefined;
      }
    },
  };

  function token(request: IdentityRequest): IdentityAnswer {
    const fields = new URLSearchParams(request.body);
    if (fields.get('client_id') !== client.id || fields.get('client_secret') !== client.secret) {
      return json(401, { error: 'invalid_client', error_description: 'Unauthorized' });
    }
    const redeemed = codes.redeem(
      {
        code: fields.get('code') ?? '',
        redirectUri: fields.get('redirect_uri') ?? '',
        verifier: fields.get('code_verifier') ?? '',
      },
      'ya29.',
    );
    if (redeemed.outcome === 'refused') {
      return json(400, { error: 'invalid_grant', error_description: 'Malformed auth code.' });
    }
    return json(200, {
      access_token: redeemed.accessToken,
      expires_in: 3599,
      scope: redeemed.grant.scope,
      token_type: 'Bearer',
    });
  }

  function userInfo(request: IdentityRequest): IdentityAnswer {
    const person = codes.grantOf(header(request, 'authorization'))?.person;
    if (person === undefined) {
      return json(401, { error: 'invalid_request', error_description: 'Invalid Credentials' });
    }
    const [given, family] = person.name.split(' ');
    return json(200, {
      sub: `1${person.id.padStart(20, '0')}`,
      name: person.name,
      given_name: given,
      family_name: family,
      picture: `https://lh3.googleusercontent.com/a/${person.login}=s96-c`,
      ...(person.email === null ? {} : { email: person.email, email_verified: person.emailVerified }),
    });
  }
}
