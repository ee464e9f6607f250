import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration, Provider } from 'oidc-provider';

/** What an account's ID token and userinfo say beside `sub`. */
export type Claims = Readonly<Record<string, unknown>>;

export interface OpenIdClient {
  readonly id: string;
  readonly secret: string;
  readonly redirectUrl: string;
}

/** A certified OpenID provider on loopback, with a page that asks who somebody is and believes it. */
export interface OpenIdProvider {
  readonly origin: string;
  readonly issuer: string;
  /** Account id -> claims; also the buttons of its page. */
  readonly accounts: Map<string, Claims>;
  close(): Promise<void>;
}

/** `tenant`: plays Microsoft's endpoints, with this tenant's issuer, below the shared tenant `common`. */
export async function startOpenIdProvider(
  client: OpenIdClient,
  { tenant }: { readonly tenant?: string } = {},
): Promise<OpenIdProvider> {
  const accounts = new Map<string, Claims>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on a port.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = tenant === undefined ? origin : `${origin}/${tenant}/v2.0`;
  const provider = await quietly(async () => {
    const { Provider: Real } = await import('oidc-provider');
    return new Real(issuer, configuration(client, accounts, tenant));
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') === true) {
      void interact(provider, accounts, request, response);
    } else void answer(request, response);
  });
  return {
    origin,
    issuer,
    accounts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** It warns of a runtime it does not know yet, and of keys and a memory that are those of a test. */
async function quietly<T>(make: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return await make();
  } finally {
    console.warn = warn;
  }
}

function configuration(
  client: OpenIdClient,
  accounts: ReadonlyMap<string, Claims>,
  tenant: string | undefined,
): Configuration {
  const microsoft = tenant !== undefined;
  return {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUrl],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: microsoft ? 'client_secret_post' : 'client_secret_basic',
      },
    ],
    scopes: ['openid', 'email', 'profile'],
    claims: {
      openid: ['sub', 'tid', 'roles'],
      email: ['email', 'email_verified', 'xms_edov'],
      profile: ['name', 'preferred_username'],
    },
    // Microsoft puts everything into the ID token, others only what userinfo has not.
    conformIdTokenClaims: !microsoft,
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...(microsoft ? { tid: tenant } : {}), ...accounts.get(id) }),
    }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const clientId = oidc.client?.clientId ?? '';
      const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    ...(microsoft
      ? {
          routes: {
            authorization: '/common/oauth2/v2.0/authorize',
            token: '/common/oauth2/v2.0/token',
            jwks: '/common/discovery/v2.0/keys',
          },
        }
      : {}),
  };
}

async function interact(
  provider: Provider,
  accounts: ReadonlyMap<string, Claims>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const decision = new URL(request.url ?? '', 'http://provider').searchParams.get('decision');
  if (decision === null) {
    const buttons = ['cancel', ...accounts.keys()].map(
      (name) => `<button name="decision" value="${name}">${name}</button>`,
    );
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>Sign in</title><form>${buttons.join(' ')}</form>`);
    return;
  }
  const result = accounts.has(decision)
    ? { login: { accountId: decision } }
    : { error: 'access_denied', error_description: 'End-User aborted interaction' };
  await provider.interactionFinished(request, response, result);
}
