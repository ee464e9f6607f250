import type { OauthProvider } from '@ccs/dto';
import {
  startIdentitySimulator,
  type IdentitySimulator,
  type Person,
  type SimulatedProvider,
} from '../../../simulator/src/identity/identity-simulator.js';
import { FEISHU_TENANT } from '../../../simulator/src/identity/feishu.js';
import { startOpenIdProvider, type Claims, type OpenIdProvider } from './open-id-provider.js';

const CLIENT = { id: 'cc-switch', secret: 'a s3cret: of the+client' };
const TENANT = '11111111-2222-4333-8444-555555555555';

/** All five providers on loopback, and the variables of a gateway that knows them. */
export interface OauthProviders {
  readonly variables: Readonly<Record<string, string>>;
  readonly simulator: IdentitySimulator;
  /** Gives somebody an account at every one of them, in place of the one he had. */
  register(person: Person): void;
  close(): Promise<void>;
}

/** `gatewayUrl`: where the gateway will be. */
export async function startOauthProviders(gatewayUrl: string): Promise<OauthProviders> {
  const client = (provider: OauthProvider) => ({
    ...CLIENT,
    redirectUrl: `${gatewayUrl}/oauth/${provider}/callback`,
  });
  const [simulator, oidc, microsoft] = await Promise.all([
    startIdentitySimulator(CLIENT),
    startOpenIdProvider(client('oidc')),
    startOpenIdProvider(client('microsoft'), { tenant: TENANT }),
  ]);
  return {
    variables: { PUBLIC_URL: gatewayUrl, ...variables(simulator, oidc, microsoft) },
    simulator,
    register: (person) => {
      simulator.people.set(person.login, person);
      const { name, emailVerified } = person;
      const email: Claims = person.email === null ? {} : { email: person.email };
      oidc.accounts.set(person.login, { name, ...email, email_verified: emailVerified });
      microsoft.accounts.set(person.login, { name, ...email, xms_edov: emailVerified });
    },
    close: async () => {
      await Promise.all([simulator.close(), oidc.close(), microsoft.close()]);
    },
  };
}

function variables(
  simulator: IdentitySimulator,
  oidc: OpenIdProvider,
  microsoft: OpenIdProvider,
): Record<string, string> {
  const url = (provider: SimulatedProvider): string => simulator.urlOf(provider);
  const credentials = ['GITHUB', 'GOOGLE', 'FEISHU', 'MICROSOFT', 'OIDC'].flatMap((prefix) => [
    [`${prefix}_CLIENT_ID`, CLIENT.id],
    [`${prefix}_CLIENT_SECRET`, CLIENT.secret],
  ]);
  return {
    ...(Object.fromEntries(credentials) as Record<string, string>),
    GITHUB_BASE_URL: url('github'),
    GITHUB_API_URL: `${url('github')}/api`,
    GOOGLE_AUTHORIZATION_URL: `${url('google')}/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${url('google')}/token`,
    GOOGLE_USER_INFO_URL: `${url('google')}/v1/userinfo`,
    FEISHU_ACCOUNTS_URL: url('feishu'),
    FEISHU_API_URL: url('feishu'),
    FEISHU_TRUSTED_TENANTS: FEISHU_TENANT,
    MICROSOFT_LOGIN_BASE_URL: microsoft.origin,
    OIDC_ISSUER: oidc.issuer,
    OIDC_NAME: 'Example SSO',
  };
}
