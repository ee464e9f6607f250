import {
  header,
  json,
  type IdentityAnswer,
  type IdentityProvider,
  type IdentityRequest,
  type ProviderParts,
} from './exchange.js';

/** The organisation of everybody who names no other. */
export const FEISHU_TENANT = '736588c92lxf175d';

/**
 * Feishu: the token endpoint (authen v2) takes JSON only and adds a number to every answer; user info (authen v1) has
 * the envelope of Feishu's APIs.
 */
export function feishu({ codes, client }: ProviderParts): IdentityProvider {
  return {
    authorizePath: '/open-apis/authen/v1/authorize',
    answer(request) {
      switch (`${request.method} ${request.path}`) {
        case 'POST /open-apis/authen/v2/oauth/token':
          return token(request);
        case 'GET /open-apis/authen/v1/user_info':
          return userInfo(request);
        default:
          return undefined;
      }
    },
  };

  function token(request: IdentityRequest): IdentityAnswer {
    if (header(request, 'content-type')?.startsWith('application/json') !== true) {
      return refuse(20024, 'invalid_request', 'The content type must be application/json.');
    }
    const fields = JSON.parse(request.body) as Readonly<Record<string, string | undefined>>;
    if (fields['client_id'] !== client.id || fields['client_secret'] !== client.secret) {
      return refuse(20002, 'invalid_client', 'The client secret is invalid.');
    }
    const redeemed = codes.redeem(
      {
        code: fields['code'] ?? '',
        redirectUri: fields['redirect_uri'] ?? '',
        verifier: fields['code_verifier'] ?? '',
      },
      'u-',
    );
    if (redeemed.outcome === 'refused') {
      return refuse(20003, 'invalid_grant', 'The authorization code is not found or has been used.');
    }
    const { accessToken, grant } = redeemed;
    const scope = ['auth:user.id:read', grant.scope].join(' ').trim();
    return json(200, { code: 0, access_token: accessToken, expires_in: 7200, scope, token_type: 'Bearer' });
  }

  function userInfo(request: IdentityRequest): IdentityAnswer {
    const person = codes.grantOf(header(request, 'authorization'))?.person;
    if (person === undefined) {
      return json(400, {
        code: 99991668,
        msg: 'Invalid access token for authorization. Please make a request with token attached.',
      });
    }
    const picture = `https://s1-imfile.feishucdn.com/static-resource/v1/${person.login}`;
    return json(200, {
      code: 0,
      msg: 'success',
      data: {
        name: person.name,
        en_name: person.name,
        avatar_url: picture,
        avatar_thumb: picture,
        avatar_middle: picture,
        avatar_big: picture,
        open_id: `ou_${person.id.padStart(32, '0')}`,
        union_id: `on_${person.id.padStart(32, '0')}`,
        tenant_key: person.tenant ?? FEISHU_TENANT,
        ...(person.email === null ? {} : { email: person.email }),
        ...(person.email !== null && person.emailVerified ? { enterprise_email: person.email } : {}),
      },
    });
  }

  function refuse(code: number, error: string, text: string): IdentityAnswer {
    return json(400, { code, error, error_description: text });
  }
}
