import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { LoginAnswer, PasswordChanged, UserSessions } from '@ccs/dto';
import { FirstStartService } from '../../src/users/first-start.js';
import { BrowserTab } from '../support/browser-tab.js';
import { eventually } from '../support/eventually.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const EMAIL = 'admin@example.com';
const PASSWORD = 'correct horse battery';
const SECRETS = {
  JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
  ENCRYPTION_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
};
/** Every end is known to every process within this time; the rest is for a busy machine. */
const KNOWN_EVERYWHERE_MS = 1_000;

describe('a session', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  /** A second process of the installation. */
  let replica: Rooms;

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD, ...SECRETS });
    rooms = await startRooms(environment);
    await rooms.app.get(FirstStartService).run();
    replica = await startRooms(environment);
  });
  afterAll(async () => {
    await replica.close();
    await rooms.close();
    await database.drop();
  });

  async function signedIn(email = EMAIL): Promise<BrowserTab> {
    const tab = new BrowserTab(rooms);
    expect((await tab.login(email, PASSWORD)).status).toBe(200);
    return tab;
  }

  async function addUser(name: string, permissions = '{chat}'): Promise<string> {
    const email = `${name}@example.com`;
    await database.query(
      `insert into users (email, password_hash, permissions) select $1, password_hash, $2 from users where id = 1`,
      [email, permissions],
    );
    return email;
  }

  const me = async (tab: BrowserTab, at = rooms): Promise<number> =>
    (await at.ask('GET', '/api/auth/me', { headers: tab.bearer })).status;

  it('goes on by its cookie, with another token each time', async () => {
    const tab = await signedIn();
    const cookies = new Set([tab.cookie]);
    const tokens = new Set([tab.accessToken]);
    for (let round = 0; round < 3; round += 1) {
      const { status, body } = await tab.refresh();
      expect(status).toBe(200);
      expect(body).toMatchObject({ token_type: 'bearer', user: { email: EMAIL, is_admin: true } });
      cookies.add(tab.cookie);
      tokens.add(tab.accessToken);
      expect(await me(tab)).toBe(200);
    }
    expect(cookies.size).toBe(4);
  });

  it('keeps its cookie from scripts, from other sites and from the rest of this one', async () => {
    const tab = await signedIn();
    expect(tab.attributes).toMatch(/^Path=\/api\/auth; HttpOnly; Max-Age=\d+; SameSite=Strict$/);
    const secure = await startRooms(
      testEnvironment(database.url, { ...SECRETS, PUBLIC_URL: 'https://ccs.example.com' }),
    );
    try {
      const other = new BrowserTab(secure, '__Secure-ccs_refresh');
      await other.login(EMAIL, PASSWORD);
      expect(other.attributes).toMatch(/^Path=\/api\/auth; HttpOnly; .*; Secure$/);
      const foreign = { origin: 'https://evil.example', 'sec-fetch-site': undefined };
      expect((await other.refresh({ ...foreign, origin: 'https://ccs.example.com' })).status).toBe(200);
      expect((await other.refresh(foreign)).status).toBe(403);
    } finally {
      await secure.close();
    }
  });

  it('is stored as digests alone', async () => {
    const tab = await signedIn();
    const { rows } = await database.query('select * from sessions order by id desc limit 1');
    const stored = JSON.stringify(rows);
    for (const part of tab.cookie.split('.')) {
      expect(stored).not.toContain(part);
      expect(stored).not.toContain(Buffer.from(part, 'base64url').toString('hex'));
    }
    expect(Object.values(rows[0] as object).filter((value) => Buffer.isBuffer(value))).toHaveLength(2);
  });

  it('lives on in both of two tabs that refresh at once, with the same next cookie', async () => {
    const first = await signedIn();
    const second = first.copy();
    const answers = await Promise.all([first.refresh(), second.refresh()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(second.cookie).toBe(first.cookie);
    expect(await me(first)).toBe(200);
    expect(await me(second)).toBe(200);
    expect((await first.refresh()).status).toBe(200);
  });

  it('dies with all its tokens when one that was replaced comes back', async () => {
    const tab = await signedIn();
    const thief = tab.copy();
    await tab.refresh();
    await tab.refresh();
    expect((await thief.refresh()).status).toBe(401);
    expect((await tab.refresh()).status).toBe(401);
    expect(await me(tab)).toBe(401);
    await eventually(async () => expect(await me(tab, replica)).toBe(401), KNOWN_EVERYWHERE_MS * 10);
  });

  it('takes the predecessor no longer than half a minute', async () => {
    const tab = await signedIn();
    const late = tab.copy();
    await tab.refresh();
    await database.query(`update sessions set rotated_at = now() - interval '31 seconds'`);
    expect((await late.refresh()).status).toBe(401);
    expect((await tab.refresh()).status).toBe(401);
  });

  it.each<[string, string, string, number]>([
    ['an administrator is idle for 31 minutes', '{}', `rotated_at - interval '31 minutes'`, 401],
    ['an administrator is idle for 29 minutes', '{}', `rotated_at - interval '29 minutes'`, 200],
    ['somebody who only chats is idle for 31 minutes', '{chat}', `rotated_at - interval '31 minutes'`, 200],
    ['a keeper of keys is idle for 31 minutes', '{api_keys}', `rotated_at - interval '31 minutes'`, 401],
  ])('when %s: %s, %s → %i', async (name, permissions, rotatedAt, status) => {
    const email = permissions === '{}' ? EMAIL : await addUser(`idle-${name.length}`, permissions);
    const tab = await signedIn(email);
    await database.query(`update sessions set rotated_at = ${rotatedAt}`);
    expect((await tab.refresh()).status).toBe(status);
  });

  it('ends twelve hours after the sign-in, however busy', async () => {
    const tab = await signedIn();
    await database.query(`update sessions set expires_at = now() + interval '3 seconds'`);
    await tab.refresh();
    const { exp } = JSON.parse(Buffer.from(tab.accessToken.split('.')[1] ?? '', 'base64url').toString()) as {
      exp: number;
    };
    expect(exp * 1000).toBeLessThan(Date.now() + 4_000);
    await database.query(`update sessions set expires_at = now()`);
    expect((await tab.refresh()).status).toBe(401);
  });

  it('has a new identity after every sign-in, whatever cookie came along', async () => {
    const tab = await signedIn();
    const before = tab.cookie;
    await tab.login(EMAIL, PASSWORD);
    const [family] = before.split('.');
    expect(tab.cookie).not.toContain(family);
    const planted = new BrowserTab(rooms);
    planted.cookie = `${'A'.repeat(43)}.${'B'.repeat(43)}`;
    await planted.login(EMAIL, PASSWORD);
    expect(planted.cookie).not.toContain('A'.repeat(43));
  });

  it('ends at once everywhere when signed out by the cookie alone', async () => {
    const tab = await signedIn();
    const stolen = tab.copy();
    expect(await me(tab, replica)).toBe(200);
    const answer = await tab.logout();
    expect(answer.status).toBe(200);
    expect(tab.cookie).toBe('');
    expect(await me(stolen)).toBe(401);
    expect((await stolen.refresh()).status).toBe(401);
    await eventually(async () => expect(await me(stolen, replica)).toBe(401), KNOWN_EVERYWHERE_MS * 10);
    expect((await stolen.logout()).status).toBe(200);
  });

  it('ends when signed out by the access token alone', async () => {
    const tab = await signedIn();
    expect((await rooms.ask('POST', '/api/auth/logout', { headers: tab.bearer })).status).toBe(200);
    expect(await me(tab)).toBe(401);
    expect((await tab.refresh()).status).toBe(401);
  });

  it('ends with all others of its user when the password changes, and a new one goes on', async () => {
    const email = await addUser('changer');
    const tab = await signedIn(email);
    const elsewhere = await signedIn(email);
    const old = tab.copy();
    const changed = await tab.send<PasswordChanged>('PUT', '/api/auth/change-password', {
      current_password: PASSWORD,
      new_password: 'something quite else',
    });
    expect(changed.status).toBe(200);
    tab.accessToken = changed.body.access_token;
    for (const dead of [old, elsewhere]) {
      expect(await me(dead)).toBe(401);
      expect((await dead.refresh()).status).toBe(401);
    }
    expect(await me(tab)).toBe(200);
    expect((await tab.refresh()).status).toBe(200);
  });

  it('of a disabled user ends, and does not come back with him', async () => {
    const email = await addUser('leaver');
    const tab = await signedIn(email);
    const setActive = (active: boolean) =>
      database.query(
        `with changed as (update users set is_active = ${active} where email = $1)
         insert into change_versions values ('principals', 1)
         on conflict (topic) do update set version = change_versions.version + 1`,
        [email],
      );
    await setActive(false);
    await eventually(async () => expect(await me(tab)).toBe(401), KNOWN_EVERYWHERE_MS * 10);
    await eventually(async () => expect(await me(tab, replica)).toBe(401), KNOWN_EVERYWHERE_MS * 10);
    expect((await tab.refresh()).status).toBe(401);
    await setActive(true);
    expect((await tab.refresh()).status).toBe(401);
    expect(await me(tab)).toBe(401);
  });

  it('is listed for its owner, who can end it', async () => {
    const email = await addUser('owner');
    const here = await signedIn(email);
    const there = await signedIn(email);
    const list = await here.send<UserSessions>('GET', '/api/auth/sessions');
    expect(list.body.total).toBe(2);
    expect(list.body.data).toEqual([
      {
        id: expect.any(Number),
        address: '127.0.0.1',
        user_agent: 'a browser',
        created_at: expect.stringMatching(/Z$/),
        last_used_at: expect.stringMatching(/Z$/),
        expires_at: expect.stringMatching(/Z$/),
        current: false,
      },
      expect.objectContaining({ current: true }),
    ]);
    const other = list.body.data.find((session) => !session.current)?.id ?? 0;
    const stranger = await signedIn();
    expect((await stranger.send('DELETE', `/api/auth/sessions/${other}`)).status).toBe(404);
    expect(await me(there)).toBe(200);
    expect((await here.send('DELETE', `/api/auth/sessions/${other}`)).status).toBe(204);
    expect(await me(there)).toBe(401);
    expect((await here.send('DELETE', `/api/auth/sessions/${other}`)).status).toBe(404);
    expect((await here.send<UserSessions>('GET', '/api/auth/sessions')).body.total).toBe(1);
  });

  it('costs the database nothing while it is used', async () => {
    const tab = await signedIn();
    await me(tab);
    const spy = jest.spyOn(rooms.dataSource, 'query');
    for (let call = 0; call < 20; call += 1) {
      expect((await rooms.ask('GET', '/v1/who', { headers: tab.bearer })).status).toBe(200);
    }
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  });

  const OWN = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  it.each<[string, Record<string, string>, number]>([
    ['a page of this site', OWN, 200],
    ['another site', { ...OWN, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['a neighbour of this site', { ...OWN, 'sec-fetch-site': 'same-site' }, 403],
    ['an address typed by hand', { ...OWN, 'sec-fetch-site': 'none' }, 403],
    ['an old browser on another site', { 'content-type': 'application/json', origin: 'https://evil.example' }, 403],
    ['an old browser in a frame without origin', { 'content-type': 'application/json', origin: 'null' }, 403],
    ['nobody knows whom', { 'content-type': 'application/json' }, 403],
    ['a form', { ...OWN, 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a form that looks like text', { ...OWN, 'content-type': 'text/plain' }, 415],
  ])('is continued and ended for %s: %j → %i', async (_, headers, status) => {
    for (const path of ['refresh', 'logout']) {
      const { cookie } = await signedIn();
      const answer = await rooms.ask<LoginAnswer>('POST', `/api/auth/${path}`, {
        headers: { ...headers, cookie: `ccs_refresh=${cookie}` },
        body: '{}',
      });
      expect([path, answer.status]).toEqual([path, status]);
    }
  }); // prettier-ignore

  it('is opened by no page of another site', async () => {
    const answer = await rooms.ask('POST', '/api/auth/login', {
      headers: { 'sec-fetch-site': 'cross-site' },
      body: { email: EMAIL, password: PASSWORD },
    });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
  });

  it.each<[string, (cookie: string) => string]>([
    ['nothing', () => ''],
    ['an access token', () => 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
    ['a secret of another family', (cookie) => `${'A'.repeat(43)}.${cookie.split('.')[1]}`],
    ['a text that is longer', (cookie) => `${cookie}A`],
    ['a quoted token', (cookie) => `"${cookie}"`],
  ])('is not continued by %s', async (_, change) => {
    const tab = await signedIn();
    const forged = tab.copy();
    forged.cookie = change(tab.cookie);
    expect((await forged.refresh()).status).toBe(401);
    expect((await tab.refresh()).status).toBe(200);
  });

  it('lets no refresh token stand for an access token', async () => {
    const tab = await signedIn();
    tab.accessToken = tab.cookie;
    expect(await me(tab)).toBe(401);
  });
});
