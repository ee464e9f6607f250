import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LinkBegun, LinkedAccounts } from '@ccs/dto';
import { OauthModule } from '../../src/oauth/oauth.module.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { startOauthProviders, type OauthProviders } from '../support/oauth-providers.js';
import { eventually } from '../support/eventually.js';
import { OauthVisitor } from '../support/oauth-visitor.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const GATEWAY = 'http://127.0.0.1:8000';
const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };
const ANA = { id: '583231', login: 'ana', name: 'Ana Lima', email: 'ana@example.com', emailVerified: true };

describe('linked accounts', () => {
  let database: TestDatabase;
  let providers: OauthProviders;
  let rooms: Rooms;
  let visitor: OauthVisitor;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    providers = await startOauthProviders(GATEWAY);
    const environment = testEnvironment(database.url, {
      ...providers.variables,
      ADMIN_PASSWORD: ADMIN.password,
      OAUTH_ALLOW_SIGNUP: 'true',
      OAUTH_ALLOWED_EMAIL_DOMAINS: 'example.com, Example.org',
    });
    rooms = await startRooms(environment, { modules: [OauthModule] });
    await rooms.app.get(FirstStartService).run();
  }, 60_000);

  beforeEach(async () => {
    await database.query('delete from users where id > 1');
    await database.query('delete from linked_accounts');
    providers.register(ANA);
    visitor = new OauthVisitor(rooms);
    token = await signIn(visitor);
  });

  afterAll(async () => {
    await rooms.close();
    await providers.close();
    await database.drop();
  });

  const bearer = (value = token) => ({ authorization: `Bearer ${value}` });
  const begin = (body: object, headers = bearer(), browser = visitor) =>
    browser.send<LinkBegun & { code?: string; errors?: { pointer: string }[] }>(
      'POST',
      '/api/auth/linked-accounts',
      body,
      headers,
    );
  const github = { provider: 'github', current_password: ADMIN.password, next: '/settings?tab=accounts' };
  const list = async (headers = bearer()): Promise<LinkedAccounts> =>
    (await rooms.ask<LinkedAccounts>('GET', '/api/auth/linked-accounts', { headers })).body;
  const lastAudit = async (): Promise<unknown> => {
    const { rows } = await database.query(
      'select action, outcome, actor_email as actor, target_name as target from audit_events order by id desc limit 1',
    );
    return rows[0];
  };

  async function signIn(browser: OauthVisitor): Promise<string> {
    const { body } = await browser.send<{ access_token: string }>('POST', '/api/auth/login', ADMIN, {});
    return body.access_token;
  }

  async function link(): Promise<string> {
    const { body } = await begin(github);
    expect(body).toEqual({ url: '/oauth/github/login?link=1' });
    return visitor.signIn('github', 'ana', '?link=1');
  }

  it('are linked from a session, shown, and taken away again', async () => {
    expect(await link()).toBe('/settings?tab=accounts&linked=github');
    expect(await lastAudit()).toEqual({
      action: 'account.link',
      outcome: 'success',
      actor: ADMIN.email,
      target: 'ana',
    });
    const { data, total } = await list();
    expect([total, data[0]]).toEqual([
      1,
      {
        id: expect.any(Number),
        provider: 'github',
        label: 'ana',
        linked_at: expect.any(String),
        last_used_at: null,
      },
    ]);
    expect(await link()).toBe('/settings?tab=accounts&linked=github');
    expect((await list()).total).toBe(1);

    const path = `/api/auth/linked-accounts/${data[0]?.id}`;
    expect((await rooms.ask('DELETE', path, { headers: bearer() })).status).toBe(204);
    expect(await lastAudit()).toMatchObject({ action: 'account.unlink', actor: ADMIN.email });
    expect((await rooms.ask('DELETE', path, { headers: bearer() })).status).toBe(404);
    expect((await list()).total).toBe(0);
  });

  it('need the password of whoever has one, and a session', async () => {
    const missing = await begin({ provider: 'github' });
    expect([missing.status, missing.body.errors?.[0]?.pointer]).toEqual([422, '/current_password']);
    expect((await begin({ ...github, current_password: 'wrong' })).body.code).toBe('invalid_credentials');
    expect((await begin(github, bearer('x'))).status).toBe(401);
    expect((await begin(github, { ...bearer(), 'sec-fetch-site': 'cross-site' } as never)).status).toBe(403);
    expect([...visitor.cookies.keys()].filter((name) => name.startsWith('ccs_oauth'))).toEqual([]);
    expect(await visitor.depart('github', '?link=1')).toBe('/login?error=link_expired');
  });

  it('and a first password need a fresh sign-in from who has no password to show', async () => {
    const ana = new OauthVisitor(rooms);
    await ana.signIn('github', 'ana');
    const hers = bearer(await ana.accessToken());
    const age = (minutes: number) =>
      database.query(
        `with aged as (update sessions set created_at = now() - $1 * interval '1 minute' where user_id > 1)
         insert into change_versions (topic, version) values ('sessions', 1)
         on conflict (topic) do update set version = change_versions.version + 1`,
        [minutes],
      );
    const linking = async () => (await begin({ provider: 'google' }, hers, ana)).body.code;
    const setting = async (body: object) => {
      const change = { new_password: 'three green umbrellas', ...body };
      return rooms.ask('PUT', '/api/auth/change-password', { headers: hers, body: change });
    };
    await age(11);
    await eventually(async () => expect(await linking()).toBe('stale_sign_in'));
    const stale = await setting({});
    expect([stale.status, stale.body['code']]).toEqual([403, 'stale_sign_in']);
    await age(9);
    await eventually(async () => expect(await linking()).toBeUndefined());
    expect((await setting({})).status).toBe(200);
    expect(await ana.send('POST', '/api/auth/login', { email: ANA.email, password: 'three green umbrellas' }, {}))
      .toMatchObject({ status: 200 }); // prettier-ignore
  });

  it('take a ticket once, in the browser that has it, for the provider it was made for (T25)', async () => {
    const { headers } = await begin(github);
    expect(String(headers['set-cookie'])).toMatch(/; Path=\/oauth; HttpOnly; Max-Age=60; SameSite=Strict$/);
    const kept = new Map(visitor.cookies);
    expect(await new OauthVisitor(rooms).depart('github', '?link=1')).toBe('/login?error=link_expired');
    expect(await visitor.depart('google', '?link=1')).toBe('/login?error=link_expired');
    expect(await visitor.depart('github', '?link=1')).toMatch(/^http/);
    for (const [name, value] of kept) visitor.cookies.set(name, value);
    expect(await visitor.depart('github', '?link=1')).toBe('/login?error=link_expired');
  });

  it('are not linked for a session that ended on the way', async () => {
    await begin(github);
    const callback = await visitor.decide(await visitor.depart('github', '?link=1'), 'ana');
    await rooms.ask('POST', '/api/auth/logout', { headers: bearer() });
    const { headers } = await visitor.arrive(callback);
    expect(headers.location).toBe('/settings?tab=accounts&error=link_expired');
    const { rows } = await database.query('select id from linked_accounts');
    expect(rows).toEqual([]);
  });

  it('belong to one user', async () => {
    expect(await new OauthVisitor(rooms).signIn('github', 'ana')).toBe('/');
    expect(await link()).toBe('/settings?tab=accounts&error=linked_elsewhere');
    expect((await list()).total).toBe(0);
  });

  it('are not taken from somebody else, nor the last one from who has no password', async () => {
    const ana = new OauthVisitor(rooms);
    expect(await ana.signIn('github', 'ana')).toBe('/');
    const hers = bearer(await ana.accessToken());
    const [account] = (await list(hers)).data;
    const path = `/api/auth/linked-accounts/${account?.id}`;
    expect((await rooms.ask('DELETE', path, { headers: bearer() })).status).toBe(404);
    expect((await rooms.ask('DELETE', path, { headers: hers })).body['code']).toBe('conflict');

    await begin({ provider: 'google' }, hers, ana);
    expect(await ana.signIn('google', 'ana', '?link=1')).toBe('/?linked=google');
    expect((await rooms.ask('DELETE', path, { headers: hers })).status).toBe(204);
    expect((await list(hers)).data.map(({ provider }) => provider)).toEqual(['google']);
  });

  it('are seen and taken away by who administers users, by the rules between people', async () => {
    const ana = new OauthVisitor(rooms);
    await ana.signIn('github', 'ana');
    const { rows } = await database.query('select id from users where id > 1');
    const { id } = rows[0] as { id: number };
    const path = `/api/admin/permissions/users/${id}/linked-accounts`;
    const { body, status } = await rooms.ask<LinkedAccounts>('GET', path, { headers: bearer() });
    expect([status, body.data.map(({ label }) => label)]).toEqual([200, ['ana']]);
    const account = `/${body.data[0]?.id}`;

    await rooms.ask('PUT', `/api/admin/permissions/user/${id}`, {
      headers: bearer(),
      body: { user_id: id, permissions: { users: true } },
    });
    const hers = bearer(await ana.accessToken());
    const administrators = '/api/admin/permissions/users/1/linked-accounts';
    expect((await rooms.ask('GET', administrators, { headers: hers })).status).toBe(403);
    expect((await rooms.ask('DELETE', administrators + account, { headers: hers })).status).toBe(403);
    expect((await rooms.ask('DELETE', administrators + account, { headers: bearer() })).status).toBe(404);
    expect((await rooms.ask('DELETE', path + account, { headers: bearer() })).status).toBe(204);
    expect(await lastAudit()).toMatchObject({
      action: 'account.unlink',
      actor: ADMIN.email,
      target: ANA.email,
    });
    expect((await list(hers)).total).toBe(0);
  });

  it.each<[string, object]>([
    ['of another domain', { email: 'ana@example.net' }],
    ['that only looks like one', { email: 'ana@evil.example.com' }],
    ['that is not verified', { emailVerified: false }],
    ['that is missing', { email: null }],
  ])('do not come into being by an address %s', async (_, change) => {
    providers.register({ ...ANA, ...change });
    for (const provider of ['github', 'google', 'feishu', 'microsoft', 'oidc']) {
      expect(await new OauthVisitor(rooms).signIn(provider, 'ana')).toBe('/login?error=email_not_allowed');
    }
  });

  it('do not come into being by the word of an organisation that nobody here trusts (T24)', async () => {
    providers.register({ ...ANA, tenant: '2ed263bf32cf1651' });
    expect(await new OauthVisitor(rooms).signIn('feishu', 'ana')).toBe('/login?error=email_not_allowed');
    providers.register(ANA);
    expect(await new OauthVisitor(rooms).signIn('feishu', 'ana')).toBe('/');
  });

  it('say when a provider is away, and keep its words and our secrets out of the URL', async () => {
    providers.simulator.down = true;
    try {
      for (const provider of ['github', 'google', 'feishu']) {
        expect(await visitor.signIn(provider, 'ana')).toBe('/login?error=provider_failed');
      }
    } finally {
      providers.simulator.down = false;
    }
    const exchanges = providers.simulator.calls.filter(({ method }) => method === 'POST');
    expect(exchanges.length).toBeGreaterThanOrEqual(3);
    for (const { body } of exchanges) expect(body).toContain('code_verifier');
  });
});
