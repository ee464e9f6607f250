import { describe, expect, it } from '@jest/globals';
import { parseEnvironment } from './environment.js';
import { InvalidEnvironmentError } from './startup-error.js';

const BASE = { DATABASE_URL: 'postgres://ccs:pw@127.0.0.1/ccs', PUBLIC_URL: 'https://ccs.example.com' };
const OIDC = {
  OIDC_CLIENT_ID: 'ccs',
  OIDC_CLIENT_SECRET: 'secret',
  OIDC_ISSUER: 'https://sso.example.com/realm/',
};
const MICROSOFT = { MICROSOFT_CLIENT_ID: 'ccs', MICROSOFT_CLIENT_SECRET: 'secret' };

const read = (variables: Record<string, string>) => parseEnvironment({ ...BASE, ...variables }).oauth;

function refusalOf(variables: Record<string, string>): InvalidEnvironmentError | null {
  try {
    read(variables);
    return null;
  } catch (error) {
    if (!(error instanceof InvalidEnvironmentError)) throw error;
    return error;
  }
}

describe('the settings of providers', () => {
  it('are off, and nobody signs up, unless it is said', () => {
    expect(read({})).toEqual({
      allowSignUp: false,
      allowedEmailDomains: [],
      github: null,
      google: null,
      feishu: null,
      microsoft: null,
      oidc: null,
    });
  });

  it('need an id and a secret, and the callback is where the gateway is', () => {
    expect(read({ GITHUB_CLIENT_ID: 'a', GITHUB_CLIENT_SECRET: 'b' }).github).toMatchObject({
      clientId: 'a',
      redirectUrl: 'https://ccs.example.com/oauth/github/callback',
      scopes: ['read:user', 'user:email'],
      baseUrl: 'https://github.com',
    });
  });

  it('keep the issuer to the letter', () => {
    expect(read(OIDC).oidc).toMatchObject({ issuer: OIDC.OIDC_ISSUER, authorizationUrl: null, name: 'SSO' });
  });

  it('make the endpoints of a tenant, and a template where tenants share them', () => {
    expect(read(MICROSOFT).microsoft).toMatchObject({
      issuer: 'https://login.microsoftonline.com/{tid}/v2.0',
      authorizationUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      jwksUrl: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
    });
    const tenant = '9188040D-6C67-4C5B-B112-36A304B66DAD';
    expect(read({ ...MICROSOFT, MICROSOFT_TENANT_ID: tenant }).microsoft?.issuer).toBe(
      `https://login.microsoftonline.com/${tenant.toLowerCase()}/v2.0`,
    );
  });

  it('read roles and what they carry', () => {
    const roles = {
      OIDC_REQUIRED_ROLES: 'staff, cn=ops',
      OIDC_ROLE_PERMISSIONS: 'staff=chat, cn=ops=providers+stats',
    };
    const rules = read({ ...OIDC, ...roles, OIDC_ROLES_CLAIM: 'realm_access.roles' }).oidc?.roles;
    expect(rules).toMatchObject({ claim: 'realm_access.roles', required: ['staff', 'cn=ops'] });
    expect([...(rules?.permissions ?? [])]).toEqual([
      ['staff', ['chat']],
      ['cn=ops', ['providers', 'stats']],
    ]);
  });

  it('tell all problems at once, without a secret', () => {
    const wrong = {
      GITHUB_CLIENT_ID: 'a',
      GOOGLE_CLIENT_SECRET: 'CANARY',
      FEISHU_CLIENT_ID: 'a',
      FEISHU_CLIENT_SECRET: 'CANARY',
      FEISHU_REDIRECT_URI: 'https://ccs.example.com/auth/callback/feishu',
      FEISHU_TRUSTED_TENANTS: 'my company',
      GITHUB_BASE_URL: 'http://github.example.com',
      GOOGLE_USER_INFO_URL: 'https://www.googleapis.com/plus/v1/people/me',
      OIDC_CLIENT_ID: 'a',
      OIDC_CLIENT_SECRET: 'CANARY',
      OIDC_TOKEN_AUTH_METHOD: 'none',
      OIDC_ROLE_PERMISSIONS: 'staff=everything',
      MICROSOFT_TENANT_ID: 'contoso.onmicrosoft.com',
      OAUTH_ALLOWED_EMAIL_DOMAINS: '@example.com',
    };
    const refusal = refusalOf(wrong);
    expect(refusal?.problems.map(({ variable }) => variable).sort()).toEqual([
      'FEISHU_REDIRECT_URI',
      'FEISHU_TRUSTED_TENANTS',
      'GITHUB_BASE_URL',
      'GITHUB_CLIENT_SECRET',
      'GOOGLE_CLIENT_ID',
      'GOOGLE_USER_INFO_URL',
      'MICROSOFT_TENANT_ID',
      'OAUTH_ALLOWED_EMAIL_DOMAINS',
      'OIDC_ISSUER',
      'OIDC_ROLE_PERMISSIONS',
      'OIDC_TOKEN_AUTH_METHOD',
    ]);
    expect(refusal?.message).not.toContain('CANARY');
  });
});
