import type { OauthClient, TokenAuthMethod } from '../config/oauth-settings.js';
import { ProviderAnswerError, askProvider, errorCode, parseObject } from './provider-http.js';

export interface TokenAnswer {
  readonly accessToken: string;
  /** The whole body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Gives a code for tokens (RFC 6749, section 4.1.3, with the verifier of RFC 7636). `json` sends the same fields as a
 * JSON object.
 *
 * @throws ProviderUnreachableError, ProviderAnswerError
 */
export async function requestToken(
  url: string,
  client: Pick<OauthClient, 'clientId' | 'clientSecret' | 'redirectUrl'>,
  grant: { readonly code: string; readonly verifier: string },
  style: TokenAuthMethod | 'json',
): Promise<TokenAnswer> {
  const fields: Record<string, string> = {
    grant_type: 'authorization_code',
    code: grant.code,
    redirect_uri: client.redirectUrl,
    code_verifier: grant.verifier,
    client_id: client.clientId,
    ...(style === 'client_secret_basic' ? {} : { client_secret: client.clientSecret.reveal() }),
  };
  const { status, text } = await askProvider(url, {
    method: 'POST',
    headers: {
      'content-type':
        style === 'json' ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded',
      ...(style === 'client_secret_basic' ? { authorization: basic(client) } : {}),
    },
    body: style === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
  });
  const body = parseObject(text);
  const accessToken = body?.['access_token'];
  if (
    status < 200 ||
    status > 299 ||
    body === null ||
    typeof accessToken !== 'string' ||
    accessToken === ''
  ) {
    throw new ProviderAnswerError('The provider gave no token', status, errorCode(body));
  }
  return { accessToken, body };
}

/** Both parts are form-encoded before they are joined (RFC 6749, section 2.3.1). */
function basic({ clientId, clientSecret }: Pick<OauthClient, 'clientId' | 'clientSecret'>): string {
  const encode = (part: string): string => new URLSearchParams({ part }).toString().slice('part='.length);
  const pair = `${encode(clientId)}:${encode(clientSecret.reveal())}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
