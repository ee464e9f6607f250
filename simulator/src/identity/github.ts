import {
  form,
  header,
  json,
  type IdentityAnswer,
  type IdentityProvider,
  type IdentityRequest,
  type ProviderParts,
} from './exchange.js';

const DOCS = 'https://docs.github.com/rest';
const OAUTH_DOCS =
  'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors';

/**
 * GitHub: errors of the token endpoint come with status 200, and as a form unless JSON is asked for; the API wants a
 * user agent; e-mails are a list of their own, behind the scope `user:email`.
 */
export function github({ codes, client }: ProviderParts): IdentityProvider {
  return {
    authorizePath: '/login/oauth/authorize',
    answer(request) {
      switch (`${request.method} ${request.path}`) {
        case 'POST /login/oauth/access_token':
          return token(request);
        case 'GET /api/user':
          return api(request, ({ person }) => ({
            login: person.login,
            id: Number(person.id),
            node_id: Buffer.from(`04:User${person.id}`).toString('base64'),
            avatar_url: `https://avatars.githubusercontent.com/u/${person.id}?v=4`,
            html_url: `https://github.com/${person.login}`,
            type: 'User',
            site_admin: false,
            name: person.name,
            email: null,
          }));
        case 'GET /api/user/emails':
          return api(request, ({ person, scope }) => {
            if (!scope.split(/[ ,]/).includes('user:email')) return undefined;
            const extra = {
              email: `${person.id}+${person.login}@users.noreply.github.com`,
              primary: false,
              verified: true,
              visibility: null,
            };
            const own = {
              email: person.email,
              primary: true,
              verified: person.emailVerified,
              visibility: 'private',
            };
            return person.email === null ? [extra] : [own, extra];
          });
        default:
          return undefined;
      }
    },
  };

  function token(request: IdentityRequest): IdentityAnswer {
    const fields = new URLSearchParams(request.body);
    const answer = (body: Record<string, string>): IdentityAnswer =>
      header(request, 'accept')?.includes('json') === true ? json(200, body) : form(body);
    const refuse = (error: string, text: string): IdentityAnswer =>
      answer({ error, error_description: text, error_uri: `${OAUTH_DOCS}/#${error.replaceAll('_', '-')}` });
    if (fields.get('client_id') !== client.id || fields.get('client_secret') !== client.secret) {
      return refuse(
        'incorrect_client_credentials',
        'The client_id and/or client_secret passed are incorrect.',
      );
    }
    const redeemed = codes.redeem(
      {
        code: fields.get('code') ?? '',
        redirectUri: fields.get('redirect_uri') ?? '',
        verifier: fields.get('code_verifier') ?? '',
      },
      'gho_',
    );
    if (redeemed.outcome === 'refused') {
      return refuse('bad_verification_code', 'The code passed is incorrect or expired.');
    }
    const scope = redeemed.grant.scope.split(/[ ,]/).join(',');
    return answer({ access_token: redeemed.accessToken, scope, token_type: 'bearer' });
  }

  function api(
    request: IdentityRequest,
    read: (grant: NonNullable<ReturnType<typeof codes.grantOf>>) => object | undefined,
  ): IdentityAnswer {
    if (header(request, 'user-agent') === undefined) {
      return { status: 403, headers: {}, body: 'Request forbidden by administrative rules.' };
    }
    const grant = codes.grantOf(header(request, 'authorization'));
    if (grant === undefined)
      return json(401, { message: 'Bad credentials', documentation_url: DOCS, status: '401' });
    const body = read(grant);
    return body === undefined
      ? json(404, { message: 'Not Found', documentation_url: DOCS, status: '404' })
      : json(200, body);
  }
}
