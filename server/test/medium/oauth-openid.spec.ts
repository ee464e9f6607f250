import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OauthModule } from '../../src/oauth/oauth.module.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { OauthVisitor } from '../support/oauth-visitor.js';
import { startOpenIdProvider, type OpenIdProvider } from '../support/open-id-provider.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const GATEWAY = 'http://127.0.0.1:8000';
const CLIENT = { id: 'ccs', secret: 's3cret of: the+client' };
const TENANT = '11111111-2222-4333-8444-555555555555';
const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };
const ANA = { email: 'ana@example.com', email_verified: true, name: 'Ana Lima', roles: ['staff'] };

describe('signing in by an OpenID provider', () => {
  let database: TestDatabase;
  let provider: OpenIdProvider;
  let microsoft: OpenIdProvider;
  let rooms: Rooms;
  let visitor: OauthVisitor;

  beforeAll(async () => {
    database = await createTestDatabase();
    const client = (name: string) => ({ ...CLIENT, redirectUrl: `${GATEWAY}/oauth/${name}/callback` });
    provider = await startOpenIdProvider(client('oidc'));
    microsoft = await startOpenIdProvider(client('microsoft'), { tenant: TENANT });
    const environment = testEnvironment(database.url, {
      ADMIN_PASSWORD: ADMIN.password,
      PUBLIC_URL: GATEWAY,
      OAUTH_ALLOW_SIGNUP: 'true',
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_ISSUER: provider.issuer,
      OIDC_REQUIRED_ROLES: 'staff, operators',
      OIDC_ROLE_PERMISSIONS: 'operators=providers+stats, staff=health',
      GITHUB_CLIENT_ID: CLIENT.id,
      GITHUB_CLIENT_SECRET: CLIENT.secret,
      // Nobody listens there.
      GITHUB_BASE_URL: 'http://127.0.0.1:1',
      MICROSOFT_CLIENT_ID: CLIENT.id,
      MICROSOFT_CLIENT_SECRET: CLIENT.secret,
      MICROSOFT_LOGIN_BASE_URL: microsoft.origin,
    });
    rooms = await startRooms(environment, { modules: [OauthModule] });
    await rooms.app.get(FirstStartService).run();
  }, 60_000);

  beforeEach(async () => {
    provider.accounts.clear();
    microsoft.accounts.clear();
    visitor = new OauthVisitor(rooms);
    await database.query('delete from users where id > 1');
  });

  afterAll(async () => {
    await rooms.close();
    await Promise.all([provider.close(), microsoft.close()]);
    await database.drop();
  });

  const me = async (): Promise<Record<string, unknown>> => {
    const authorization = `Bearer ${await visitor.accessToken()}`;
    return (await rooms.ask('GET', '/api/auth/me', { headers: { authorization } })).body;
  };
  const audit = async (): Promise<unknown[]> => {
    const { rows } = await database.query(
      `select action, outcome, actor_email as actor, target_name as target, after ->> 'reason' as reason
       from audit_events order by id desc limit 3`,
    );
    return rows as unknown[];
  };

  it('makes a user of a verified address, and knows him again by subject alone', async () => {
    provider.accounts.set('ana', ANA);
    expect(await visitor.signIn('oidc', 'ana', '?next=%2Fkeys%3Fa%3D1')).toBe('/keys?a=1');
    const first = await me();
    expect(first).toMatchObject({ email: 'ana@example.com', name: 'Ana Lima', is_admin: false });
    expect(first['permissions']).toMatchObject({ chat: true, health: true, providers: false, users: false });
    expect((await audit()).slice(0, 2)).toEqual([
      { action: 'session.open', outcome: 'success', actor: ANA.email, target: null, reason: null },
      { action: 'user.create', outcome: 'success', actor: ANA.email, target: ANA.email, reason: null },
    ]);

    provider.accounts.set('ana', { ...ANA, email: 'other@example.com' });
    visitor = new OauthVisitor(rooms);
    expect(await visitor.signIn('oidc', 'ana')).toBe('/');
    expect(await me()).toMatchObject({ id: first['id'], email: 'ana@example.com' });
  });

  it('leaves nothing of the flow in the browser, and no token in a URL', async () => {
    provider.accounts.set('ana', ANA);
    const departed = await visitor.depart('oidc');
    expect(Object.fromEntries(new URL(departed).searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: `${GATEWAY}/oauth/oidc/callback`,
    });
    const { headers } = await visitor.arrive(await visitor.decide(departed, 'ana'));
    expect(headers.location).toBe('/');
    expect([...visitor.cookies.keys()].sort()).toEqual(['ccs_refresh', 'ccs_signed_in']);
  });

  it('comes back with a message when the person says no', async () => {
    expect(await visitor.signIn('oidc', 'cancel', '?next=/keys')).toBe('/login?error=cancelled&next=%2Fkeys');
    expect(await audit()).toContainEqual(
      expect.objectContaining({ action: 'session.refuse', reason: 'cancelled' }),
    );
  });

  it('takes a callback once, in the browser that began, for the provider it began with (T22, T23)', async () => {
    provider.accounts.set('ana', ANA);
    const refused = '/login?error=state_invalid';
    const callback = await visitor.decide(await visitor.depart('oidc'), 'ana');
    const kept = new Map(visitor.cookies);
    const elsewhere = new OauthVisitor(rooms);
    expect((await elsewhere.arrive(callback)).headers.location).toBe(refused);
    const changed = callback.replace(/state=[^&]*/, `state=${'A'.repeat(43)}`);
    expect((await visitor.arrive(changed)).headers.location).toBe(refused);
    const crossed = callback.replace('/oidc/', '/microsoft/');
    expect((await visitor.arrive(crossed)).headers.location).toBe(refused);

    expect((await visitor.arrive(callback)).headers.location).toBe('/');
    for (const [name, value] of kept) visitor.cookies.set(name, value);
    expect((await visitor.arrive(callback)).headers.location).toBe(refused);
    expect(elsewhere.cookies.size).toBe(0);
  });

  it('does not let a browser that begins again and again collect cookies', async () => {
    provider.accounts.set('ana', ANA);
    for (let attempt = 0; attempt < 12; attempt += 1) await visitor.depart('github');
    expect(await visitor.signIn('oidc', 'ana')).toBe('/');
    expect(visitor.cookies.size).toBeLessThan(12);
  });

  it('refuses a callback that names another issuer (RFC 9207)', async () => {
    provider.accounts.set('ana', ANA);
    for (const change of [/&iss=[^&]*/, /(?<=&iss=)[^&]*/] as const) {
      const callback = await visitor.decide(await visitor.depart('oidc'), 'ana');
      const { headers } = await visitor.arrive(
        callback.replace(change, change.source.startsWith('&') ? '' : 'x'),
      );
      expect(headers.location).toBe('/login?error=provider_failed');
    }
  });

  it.each<[string, object]>([
    ['unverified', { email_verified: false }],
    ['of which nothing is said', { email_verified: undefined }],
    ['verified by a text', { email_verified: 'true' }],
  ])("gives an account of its own to an administrator's address that is %s (T24)", async (_, change) => {
    provider.accounts.set('eve', { ...ANA, email: ADMIN.email, ...change });
    expect(await visitor.signIn('oidc', 'eve')).toBe('/');
    expect(await me()).toMatchObject({
      is_admin: false,
      email: expect.stringMatching(/^oidc-[0-9a-f]{24}@users\.invalid$/),
    });
  });

  it('never links by an address, even a verified one', async () => {
    provider.accounts.set('boss', { ...ANA, email: 'Admin@Example.com' });
    expect(await visitor.signIn('oidc', 'boss')).toBe('/login?error=email_taken');
    const { rows } = await database.query('select count(*)::integer as links from linked_accounts');
    expect(rows).toEqual([{ links: 0 }]);
  });

  it('keeps two people without an address apart', async () => {
    for (const login of ['one', 'two']) {
      provider.accounts.set(login, { roles: ['staff'] });
      expect(await new OauthVisitor(rooms).signIn('oidc', login)).toBe('/');
    }
    const { rows } = await database.query('select count(*)::integer as users from users where id > 1');
    expect(rows).toEqual([{ users: 2 }]);
  });

  it.each<[string, unknown]>([
    ['there is none', undefined],
    ['it has others', ['guests']],
    ['it is no list', { staff: true }],
  ])('refuses where a role is asked for and %s', async (_, roles) => {
    provider.accounts.set('ana', { ...ANA, roles });
    expect(await visitor.signIn('oidc', 'ana')).toBe('/login?error=role_missing');
  });

  it('lets permissions come and go with the roles, and leaves the others alone', async () => {
    provider.accounts.set('ana', { ...ANA, roles: ['staff', 'operators'] });
    await visitor.signIn('oidc', 'ana');
    expect((await me())['permissions']).toMatchObject({ health: true, providers: true, stats: true });
    await database.query(`update users set permissions = array_append(permissions, 'config') where id > 1`);

    provider.accounts.set('ana', { ...ANA, roles: 'operators' });
    visitor = new OauthVisitor(rooms);
    await visitor.signIn('oidc', 'ana');
    expect((await me())['permissions']).toMatchObject({
      health: false,
      providers: true,
      stats: true,
      config: true,
    });
    expect((await audit())[1]).toMatchObject({ action: 'user.permissions', actor: ANA.email });
  });

  it('refuses a disabled user, and one whose password was reset', async () => {
    provider.accounts.set('ana', ANA);
    await visitor.signIn('oidc', 'ana');
    await database.query('update users set must_change_password = true where id > 1');
    expect(await visitor.signIn('oidc', 'ana')).toBe('/login?error=password_change_required');
    await database.query('update users set is_active = false where id > 1');
    expect(await visitor.signIn('oidc', 'ana')).toBe('/login?error=account_disabled');
    expect((await audit())[0]).toMatchObject({
      action: 'session.refuse',
      target: ANA.email,
      reason: 'account_disabled',
    });
  });

  it('makes one user of two sign-ups at once', async () => {
    provider.accounts.set('ana', ANA);
    const tabs = [new OauthVisitor(rooms), new OauthVisitor(rooms), new OauthVisitor(rooms)];
    const callbacks = await Promise.all(tabs.map(async (tab) => tab.decide(await tab.depart('oidc'), 'ana')));
    const ends = callbacks.map(
      async (callback, index) => (await tabs[index]?.arrive(callback))?.headers.location,
    );
    expect(await Promise.all(ends)).toEqual(['/', '/', '/']);
    const { rows } = await database.query('select email from users where id > 1');
    expect(rows).toEqual([{ email: ANA.email }]);
  });

  describe('Microsoft', () => {
    it('takes the issuer of the tenant, by the shared endpoints', async () => {
      microsoft.accounts.set('ana', { email: 'ana@example.com', xms_edov: true, name: 'Ana Lima' });
      expect(await visitor.signIn('microsoft', 'ana')).toBe('/');
      expect(await me()).toMatchObject({ email: 'ana@example.com', name: 'Ana Lima' });
      const { rows } = await database.query('select issuer, subject, label from linked_accounts');
      expect(rows).toEqual([{ issuer: microsoft.issuer, subject: 'ana', label: 'ana@example.com' }]);
    });

    it('does not believe an address whose domain the tenant has not proved to own', async () => {
      microsoft.accounts.set('eve', { email: ADMIN.email, email_verified: true });
      expect(await visitor.signIn('microsoft', 'eve')).toBe('/');
      expect(await me()).toMatchObject({ is_admin: false, email: expect.stringContaining('@users.invalid') });
    });
  });

  it('tells a provider that is away from one that refuses', async () => {
    const state = new URL(await visitor.depart('github')).searchParams.get('state') ?? '';
    const { headers } = await visitor.arrive(`${GATEWAY}/oauth/github/callback?code=x&state=${state}`);
    expect(headers.location).toBe('/login?error=provider_unreachable');
    const own = new URL(await visitor.depart('oidc')).searchParams.get('state') ?? '';
    const query = `code=x&state=${own}&iss=${encodeURIComponent(provider.issuer)}`;
    const refused = await visitor.arrive(`${GATEWAY}/oauth/oidc/callback?${query}`);
    expect(refused.headers.location).toBe('/login?error=provider_failed');
  });

  it('answers what is gone and what is not there', async () => {
    const gone = await rooms.ask('POST', '/oauth/oidc/callback', { body: { code: 'x', id_token: 'y' } });
    expect([gone.status, gone.body['code']]).toEqual([410, 'gone']);
    expect((await rooms.ask('GET', '/oauth/myspace/login')).status).toBe(404);
    expect(await visitor.signIn('google', 'ana')).toBe('/login?error=not_configured');
    const { body } = await rooms.ask('GET', '/oauth/providers');
    expect(body).toEqual({
      providers: {
        github: { enabled: true, authorization_url: `${GATEWAY}/oauth/github/login`, name: 'GitHub' },
        microsoft: {
          enabled: true,
          authorization_url: `${GATEWAY}/oauth/microsoft/login`,
          name: 'Microsoft',
        },
        oidc: { enabled: true, authorization_url: `${GATEWAY}/oauth/oidc/login`, name: 'SSO' },
      },
    });
    const { body: config } = await rooms.ask('GET', '/oauth/oidc/config');
    expect(config).toMatchObject({ provider: 'oidc', scopes: ['openid', 'email', 'profile'] });
  });
});
