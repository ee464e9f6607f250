import { OAUTH_PROVIDERS, PERMISSIONS, type OauthProvider, type Permission } from '@ccs/dto';
import { isHttpUrl, type EnvironmentReader } from './environment-reader.js';
import type { Secret } from './secret.js';

/** This installation as a provider knows it. */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Absolute, as registered at the provider. */
  readonly redirectUrl: string;
  readonly scopes: readonly string[];
}

export interface GithubClient extends OauthClient {
  /** Without a trailing slash; another one for GitHub Enterprise. */
  readonly baseUrl: string;
  readonly apiUrl: string;
}

export interface GoogleClient extends OauthClient {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userInfoUrl: string;
}

export interface FeishuClient extends OauthClient {
  readonly accountsUrl: string;
  readonly apiUrl: string;
  /** `tenant_key`s of organisations whose word for an address is taken. */
  readonly trustedTenants: readonly string[];
}

/** What a claim of the provider decides. */
export interface RoleRules {
  /** Name of the claim; dots lead into objects (`realm_access.roles`). */
  readonly claim: string;
  /** One of these is needed; empty: none. */
  readonly required: readonly string[];
  /** Role -> permissions that come and go with it. */
  readonly permissions: ReadonlyMap<string, readonly Permission[]>;
}

export const TOKEN_AUTH_METHODS = ['client_secret_basic', 'client_secret_post'] as const;
export type TokenAuthMethod = (typeof TOKEN_AUTH_METHODS)[number];

export interface OidcClient extends OauthClient {
  readonly name: string;
  /** Exactly as in ID tokens; `{tid}` stands for the token's own claim of that name (Microsoft). */
  readonly issuer: string;
  /** Null: by discovery. */
  readonly authorizationUrl: string | null;
  readonly tokenUrl: string | null;
  readonly jwksUrl: string | null;
  /** Null: by discovery if that is needed for the others, else none. */
  readonly userInfoUrl: string | null;
  /** Null: what discovery says the provider takes. */
  readonly tokenAuthMethod: TokenAuthMethod | null;
  /** Added to the authorization request. */
  readonly extraParameters: Readonly<Record<string, string>>;
  readonly roles: RoleRules;
}

/** Null: not configured. */
export interface OauthSettings {
  readonly allowSignUp: boolean;
  /** Lower-case. An empty list lets in every address, and who has none. */
  readonly allowedEmailDomains: readonly string[];
  readonly github: GithubClient | null;
  readonly google: GoogleClient | null;
  readonly feishu: FeishuClient | null;
  readonly microsoft: OidcClient | null;
  readonly oidc: OidcClient | null;
}

const MICROSOFT_SHARED_TENANTS = ['common', 'organizations', 'consumers'];
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PROVIDER_URL = 'an https:// address (http:// only on loopback)';
/** Of the original; the provider's own names in lower case. */
const OIDC_EXTRA = ['RESOURCE', 'PROMPT', 'INTERACTION_MODE', 'FIRST_SCREEN', 'IDENTIFIER', 'DIRECT_SIGN_IN'];

/** Every variable of the five providers; what is wrong is left with the reader. */
export function readOauthSettings(reader: EnvironmentReader, publicUrl: string): OauthSettings {
  const clients = Object.fromEntries(
    OAUTH_PROVIDERS.map((provider) => [provider, readClient(reader, provider, publicUrl)]),
  ) as Record<OauthProvider, OauthClient | null>;
  const url = (variable: string, fallback: string): string => readUrl(reader, variable) ?? fallback;
  const withClient = <T>(provider: OauthProvider, rest: T): (OauthClient & T) | null => {
    const client = clients[provider];
    return client === null ? null : Object.freeze({ ...client, ...rest });
  };
  return Object.freeze({
    allowSignUp: reader.boolean('OAUTH_ALLOW_SIGNUP', false),
    allowedEmailDomains: reader
      .list('OAUTH_ALLOWED_EMAIL_DOMAINS', isDomain, 'domains such as example.com, comma-separated')
      .map((domain) => domain.toLowerCase()),
    github: withClient('github', {
      baseUrl: url('GITHUB_BASE_URL', 'https://github.com'),
      apiUrl: url('GITHUB_API_URL', 'https://api.github.com'),
    }),
    google: withClient('google', {
      authorizationUrl: url('GOOGLE_AUTHORIZATION_URL', 'https://accounts.google.com/o/oauth2/v2/auth'),
      tokenUrl: url('GOOGLE_TOKEN_URL', 'https://oauth2.googleapis.com/token'),
      userInfoUrl: readGoogleUserInfoUrl(reader),
    }),
    feishu: withClient('feishu', {
      accountsUrl: url('FEISHU_ACCOUNTS_URL', 'https://accounts.feishu.cn'),
      apiUrl: url('FEISHU_API_URL', 'https://open.feishu.cn'),
      trustedTenants: reader.list(
        'FEISHU_TRUSTED_TENANTS',
        (entry) => /^\w{1,64}$/.test(entry),
        'tenant keys such as 736588c9260f175d, comma-separated',
      ),
    }),
    microsoft: withClient('microsoft', readMicrosoft(reader)),
    oidc: withClient('oidc', readOidc(reader, clients.oidc !== null)),
  });
}

/** passport-google-oauth20 knows by the end of the path that the answer has OpenID's claims. */
function readGoogleUserInfoUrl(reader: EnvironmentReader): string {
  const variable = 'GOOGLE_USER_INFO_URL';
  const url = readUrl(reader, variable) ?? 'https://openidconnect.googleapis.com/v1/userinfo';
  if (!url.endsWith('/userinfo')) reader.refuse(variable, 'an address that ends in /userinfo');
  return url;
}

/** The variable, its default, and what stands between scopes. */
const SCOPES: Readonly<Record<OauthProvider, readonly [string, string]>> = {
  github: ['GITHUB_OAUTH_SCOPE', 'read:user user:email'],
  google: ['GOOGLE_OAUTH_SCOPE', 'openid email profile'],
  microsoft: ['MICROSOFT_OAUTH_SCOPE', 'openid email profile'],
  feishu: ['FEISHU_OAUTH_SCOPE', ''],
  oidc: ['OIDC_SCOPES', 'openid email profile'],
};

function readClient(
  reader: EnvironmentReader,
  provider: OauthProvider,
  publicUrl: string,
): OauthClient | null {
  const prefix = provider.toUpperCase();
  const clientId = reader.optional(`${prefix}_CLIENT_ID`);
  const clientSecret = reader.secret(`${prefix}_CLIENT_SECRET`);
  const path = `/oauth/${provider}/callback`;
  const redirectUrl = reader.text(`${prefix}_REDIRECT_URI`, publicUrl + path);
  const [scopeVariable, defaultScopes] = SCOPES[provider];
  const scopes = reader
    .text(scopeVariable, defaultScopes)
    .split(/[\s,]+/)
    .filter((scope) => scope !== '');
  if (clientId === null && clientSecret === null) return null;
  if (clientId === null) reader.refuse(`${prefix}_CLIENT_ID`, `required with ${prefix}_CLIENT_SECRET`);
  if (clientSecret === null) reader.refuse(`${prefix}_CLIENT_SECRET`, `required with ${prefix}_CLIENT_ID`);
  // The session cookie is set where the provider leads back to, and read by pages of PUBLIC_URL.
  if (isHttpUrl(publicUrl) && !isCallback(redirectUrl, new URL(publicUrl).origin + path)) {
    reader.refuse(`${prefix}_REDIRECT_URI`, `${path} at the origin of PUBLIC_URL; left out it is that`);
  }
  return clientId === null || clientSecret === null ? null : { clientId, clientSecret, redirectUrl, scopes };
}

function readMicrosoft(reader: EnvironmentReader): Omit<OidcClient, keyof OauthClient> {
  const base = readUrl(reader, 'MICROSOFT_LOGIN_BASE_URL') ?? 'https://login.microsoftonline.com';
  const tenant = reader.text('MICROSOFT_TENANT_ID', 'common').toLowerCase();
  const shared = MICROSOFT_SHARED_TENANTS.includes(tenant);
  if (!shared && !GUID.test(tenant)) {
    const names = MICROSOFT_SHARED_TENANTS.join(', ');
    reader.refuse('MICROSOFT_TENANT_ID', `the directory (tenant) ID, a GUID, or one of ${names}`);
  }
  return {
    name: 'Microsoft',
    issuer: `${base}/${shared ? '{tid}' : tenant}/v2.0`,
    authorizationUrl: `${base}/${tenant}/oauth2/v2.0/authorize`,
    tokenUrl: `${base}/${tenant}/oauth2/v2.0/token`,
    jwksUrl: `${base}/${tenant}/discovery/v2.0/keys`,
    userInfoUrl: null,
    tokenAuthMethod: 'client_secret_post',
    extraParameters: {},
    roles: readRoleRules(reader, 'MICROSOFT'),
  };
}

function readOidc(reader: EnvironmentReader, configured: boolean): Omit<OidcClient, keyof OauthClient> {
  const issuer = readUrl(reader, 'OIDC_ISSUER', false);
  if (configured && issuer === null) {
    reader.refuse(
      'OIDC_ISSUER',
      'required with OIDC_CLIENT_ID: the issuer, as its ID tokens and discovery name it',
    );
  }
  const method = reader.optional('OIDC_TOKEN_AUTH_METHOD');
  const tokenAuthMethod = TOKEN_AUTH_METHODS.find((known) => known === method) ?? null;
  if (method !== null && tokenAuthMethod === null) {
    reader.refuse('OIDC_TOKEN_AUTH_METHOD', `one of ${TOKEN_AUTH_METHODS.join(', ')}`);
  }
  return {
    name: reader.text('OIDC_NAME', 'SSO'),
    issuer: issuer ?? '',
    authorizationUrl: readUrl(reader, 'OIDC_AUTHORIZATION_URL', false),
    tokenUrl: readUrl(reader, 'OIDC_TOKEN_URL', false),
    jwksUrl: readUrl(reader, 'OIDC_JWKS_URL', false),
    userInfoUrl: readUrl(reader, 'OIDC_USER_INFO_URL', false),
    tokenAuthMethod,
    extraParameters: Object.fromEntries(
      OIDC_EXTRA.flatMap((name) => {
        const value = reader.optional(`OIDC_${name}`);
        return value === null ? [] : [[name.toLowerCase(), value]];
      }),
    ),
    roles: readRoleRules(reader, 'OIDC'),
  };
}

function readRoleRules(reader: EnvironmentReader, prefix: string): RoleRules {
  const variable = `${prefix}_ROLE_PERMISSIONS`;
  const expected = 'role=permission+permission, …, such as staff=chat, operators=providers+stats';
  const pairs = reader.list(variable, (entry) => parseRolePermissions(entry) !== null, expected);
  return Object.freeze({
    claim: reader.text(`${prefix}_ROLES_CLAIM`, 'roles'),
    required: reader.list(`${prefix}_REQUIRED_ROLES`, () => true, ''),
    permissions: new Map(pairs.map((pair) => parseRolePermissions(pair) ?? ['', []])),
  });
}

/** Null: not of that form, or a permission nobody knows. */
function parseRolePermissions(entry: string): [string, readonly Permission[]] | null {
  const [, role = '', codes = ''] = /^(.+)=([^=]+)$/.exec(entry) ?? [];
  const permissions = codes
    .split('+')
    .map((code) => PERMISSIONS.find((known) => known.code === code.trim())?.code);
  const known = permissions.filter((code) => code !== undefined);
  return role.trim() === '' || known.length !== permissions.length ? null : [role.trim(), known];
}

/** Without a trailing slash unless `trim` says to leave it as it is; null: unset. */
function readUrl(reader: EnvironmentReader, variable: string, trim = true): string | null {
  const url = reader.optional(variable);
  if (url === null) return null;
  if (!isProviderUrl(url)) reader.refuse(variable, PROVIDER_URL);
  return trim ? url.replace(/\/+$/, '') : url;
}

/** Whether secrets may be sent there. */
export function isProviderUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, hash } = new URL(text);
  if (username !== '' || hash !== '') return false;
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
  );
}

function isCallback(text: string, expected: string): boolean {
  return URL.canParse(text) && new URL(text).href === new URL(expected).href;
}

function isDomain(entry: string): boolean {
  return /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/i.test(entry);
}
