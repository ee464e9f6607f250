import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AuditVerifier } from '../../src/audit/audit-verifier.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const PASSWORD = 'correct horse battery';
const USERS = '/api/admin/permissions/users';

type Caller = Record<string, string>;

describe('the administration of users', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let admin: Caller;

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD }));
    await rooms.app.get(FirstStartService).run();
    admin = { authorization: `Bearer ${await rooms.signIn('admin@example.com', PASSWORD)}` };
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const created = async (fields: object, caller = admin): Promise<number> => {
    const answer = await rooms.ask('POST', USERS, {
      headers: caller,
      body: { password: PASSWORD, ...fields },
    });
    expect(answer.status).toBe(201);
    return Number(answer.body['id']);
  };
  const signedIn = async (email: string): Promise<Caller> => ({
    authorization: `Bearer ${await rooms.signIn(email, PASSWORD)}`,
  });
  it('makes a user with the permissions new users have, whom the list finds', async () => {
    const id = await created({ email: 'Ann@Example.com', name: 'Ann' });
    const one = await rooms.ask('GET', `${USERS}/${id}`, { headers: admin });
    expect(one.body).toMatchObject({
      email: 'ann@example.com',
      name: 'Ann',
      is_admin: false,
      is_active: true,
      must_change_password: false,
      last_login_at: null,
      permissions: { chat: true, conversations: true, preferences: true, users: false, stats: false },
    });
    await signedIn('ann@example.com');
    const list = await rooms.ask('GET', `${USERS}?q=ANN&page=1&page_size=5`, { headers: admin });
    expect(list.body).toMatchObject({ total: 1, page: 1, page_size: 5, total_pages: 1 });
    expect(list.body['users']).toEqual([
      expect.objectContaining({ id, last_login_at: expect.stringMatching(/^20/) }),
    ]);
    expect(JSON.stringify(list.body)).not.toMatch(/argon2|password_hash/);
  });

  it('makes a one-time password where none is given', async () => {
    const answer = await rooms.ask('POST', USERS, { headers: admin, body: { email: 'once@example.com' } });
    const password = String(answer.body['one_time_password']);
    const login = await rooms.ask('POST', '/api/auth/login', {
      body: { email: 'once@example.com', password },
    });
    expect(login.body).toMatchObject({ user: { must_change_password: true } });
  });

  it.each([
    ['an e-mail that is taken', { email: 'ADMIN@example.com', password: PASSWORD }, 409],
    ['no e-mail', { email: 'x', password: PASSWORD }, 422],
    ['a short password', { email: 'b@example.com', password: 'short' }, 422],
    ['a permission nobody knows', { email: 'b@example.com', permissions: { root: true } }, 422],
    ['a column', { email: 'b@example.com', password_hash: 'x' }, 422],
  ])('refuses %s', async (_, body, status) => {
    expect((await rooms.ask('POST', USERS, { headers: admin, body })).status).toBe(status);
  });

  it('changes permissions by name, and puts back those of new users', async () => {
    const id = await created({ email: 'perm@example.com' });
    const path = `/api/admin/permissions/user/${id}`;
    const body = { user_id: id, permissions: { stats: true, chat: false } };
    const changed = await rooms.ask('PUT', path, { headers: admin, body });
    expect(changed.body).toMatchObject({
      success: true,
      permissions: { stats: true, chat: false, preferences: true },
    });
    const wrong = await rooms.ask('PUT', path, { headers: admin, body: { ...body, user_id: id + 1 } });
    expect(wrong.status).toBe(422);
    const reset = await rooms.ask('POST', `${path}/reset`, { headers: admin });
    expect(reset.body).toMatchObject({ success: true, permissions: { stats: false, chat: true } });
  });

  it('lets a write that is based on an older version fail, and shows the present one', async () => {
    const id = await created({ email: 'version@example.com' });
    const path = `${USERS}/${id}`;
    expect((await rooms.ask('PUT', path, { headers: admin, body: { name: 'One', version: 1 } })).status).toBe(
      200,
    );
    const stale = await rooms.ask('PUT', path, { headers: admin, body: { name: 'Two', version: 1 } });
    expect(stale.status).toBe(412);
    expect(JSON.stringify(stale.body)).toContain('"name":"One"');
  });

  describe('by somebody who is no administrator', () => {
    let bob: Caller;
    let strong: number;
    let weak: number;

    beforeAll(async () => {
      await created({
        email: 'bob@example.com',
        permissions: { users: true, chat: true, conversations: false, preferences: false },
      });
      bob = await signedIn('bob@example.com');
      strong = await created({ email: 'strong@example.com', permissions: { config: true } });
      weak = await created({
        email: 'weak@example.com',
        permissions: { conversations: false, preferences: false },
      });
      await rooms.ask('PUT', '/api/admin/permissions/user/' + String(weak), {
        headers: admin,
        body: { user_id: weak, permissions: { chat: true } },
      });
    });

    const ids = (): Record<string, number> => ({ admin: 1, strong, weak });

    it.each([
      ['rename an administrator', 'PUT', 'users', 'admin', { name: 'x' }, 403],
      ['disable an administrator', 'PUT', 'users', 'admin', { is_active: false }, 403],
      ['reset an administrator', 'POST', 'users/reset-password', 'admin', undefined, 403],
      ['delete an administrator', 'DELETE', 'users', 'admin', undefined, 403],
      ['rename one who may more', 'PUT', 'users', 'strong', { name: 'x' }, 403],
      ['delete one who may more', 'DELETE', 'users', 'strong', undefined, 403],
      ['take from one who may more', 'PUT', 'user', 'strong', { config: false }, 403],
      ['promote', 'PUT', 'users', 'weak', { is_admin: true }, 403],
      ['grant what he lacks', 'PUT', 'user', 'weak', { config: true }, 403],
      ['grant what he has', 'PUT', 'user', 'weak', { users: true }, 200],
      ['rename one who may no more than he', 'PUT', 'users', 'weak', { name: 'Weak' }, 200],
      ['limit one who may no more than he', 'PUT', 'users', 'weak', { rpm: 5 }, 200],
    ] as const)('%s', async (_, method, kind, whom, body, status) => {
      const id = ids()[whom] ?? 0;
      const [collection, act] = kind.split('/');
      const path = `/api/admin/permissions/${collection ?? ''}/${id}${act === undefined ? '' : `/${act}`}`;
      const sent = kind === 'user' ? { user_id: id, permissions: body } : body;
      const answer = await rooms.ask(method, path, {
        headers: bob,
        ...(sent === undefined ? {} : { body: sent }),
      });
      expect(answer.status).toBe(status);
    });

    it('neither makes administrators nor gives himself more', async () => {
      const me = await rooms.ask('GET', '/api/auth/me', { headers: bob });
      const id = Number(me.body['id']);
      const make = { email: 'evil@example.com', password: PASSWORD };
      const attempts = [
        await rooms.ask('POST', USERS, { headers: bob, body: { ...make, is_admin: true } }),
        await rooms.ask('POST', USERS, { headers: bob, body: { ...make, permissions: { stats: true } } }),
        await rooms.ask('PUT', `${USERS}/${id}`, { headers: bob, body: { is_admin: true } }),
        await rooms.ask('PUT', `${USERS}/${id}`, { headers: bob, body: { budget_day_usd: 999 } }),
        await rooms.ask('PUT', `/api/admin/permissions/user/${id}`, {
          headers: bob,
          body: { user_id: id, permissions: { stats: true } },
        }),
      ];
      expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    });

    it('gives a new user no more of the usual than he has himself', async () => {
      const answer = await rooms.ask('POST', USERS, { headers: bob, body: { email: 'new@example.com' } });
      expect(answer.body['permissions']).toMatchObject({
        chat: true,
        conversations: false,
        preferences: false,
      });
    });
  });

  it.each([
    ['disable', { is_active: false }],
    ['demote', { is_admin: false }],
    ['reset', { password: 'another fine password' }],
  ])('lets nobody %s himself', async (_, body) => {
    expect((await rooms.ask('PUT', `${USERS}/1`, { headers: admin, body })).status).toBe(403);
  });

  it('keeps one of two administrators who demote each other at the same time', async () => {
    const id = await created({ email: 'second@example.com', is_admin: true });
    const second = await signedIn('second@example.com');
    const answers = await Promise.all([
      rooms.ask('PUT', `${USERS}/${id}`, { headers: admin, body: { is_admin: false } }),
      rooms.ask('PUT', `${USERS}/1`, { headers: second, body: { is_admin: false } }),
    ]);
    // The second is refused by his guard, or as he would leave nobody.
    expect(answers.map(({ status }) => status).sort()).not.toEqual([200, 200]);
    const { rows } = await database.query('select id from users where is_admin and is_active');
    expect(rows).toHaveLength(1);
    await database.query('update users set is_admin = true where id = 1');
    await database.query('update users set is_admin = false where id <> 1');
    await rooms.ask('PUT', `${USERS}/${id}`, { headers: second, body: {} });
    admin = await signedIn('admin@example.com');
  });

  it('shuts a disabled user out at once, and does not let his old session back in', async () => {
    const id = await created({ email: 'out@example.com' });
    const caller = await signedIn('out@example.com');
    await rooms.ask('PUT', `${USERS}/${id}`, { headers: admin, body: { is_active: false } });
    expect((await rooms.ask('GET', '/api/auth/me', { headers: caller })).status).toBe(401);
    await rooms.ask('PUT', `${USERS}/${id}`, { headers: admin, body: { is_active: true } });
    expect((await rooms.ask('GET', '/api/auth/me', { headers: caller })).status).toBe(401);
    await signedIn('out@example.com');
  });

  it('gives a forgotten password a new start', async () => {
    const id = await created({ email: 'forgot@example.com' });
    const caller = await signedIn('forgot@example.com');
    const reset = await rooms.ask('POST', `${USERS}/${id}/reset-password`, { headers: admin });
    expect((await rooms.ask('GET', '/api/auth/me', { headers: caller })).status).toBe(401);
    const password = String(reset.body['one_time_password']);
    const login = await rooms.ask('POST', '/api/auth/login', {
      body: { email: 'forgot@example.com', password },
    });
    expect(login.body).toMatchObject({ user: { must_change_password: true } });
  });

  it('takes a user away with his keys, and tells of it for ever', async () => {
    const id = await created({ email: 'leaver@example.com' });
    const caller = await signedIn('leaver@example.com');
    const key = await rooms.ask('POST', '/api/api-keys', { headers: caller, body: { name: 'k' } });
    const apiKey = { 'x-api-key': String(key.body['api_key']) };
    expect((await rooms.ask('GET', '/v1/who', { headers: apiKey })).status).toBe(200);
    expect((await rooms.ask('DELETE', `${USERS}/${id}`, { headers: admin })).status).toBe(204);
    expect((await rooms.ask('GET', '/v1/who', { headers: apiKey })).status).toBe(401);
    expect((await rooms.ask('GET', '/api/auth/me', { headers: caller })).status).toBe(401);
    const trail = await rooms.ask<{ data: unknown[] }>(
      'GET',
      `/api/audit?target_kind=user&target_id=${id}&limit=5`,
      { headers: admin },
    );
    expect(trail.body.data).toEqual([
      expect.objectContaining({ action: 'user.delete', actor_email: 'admin@example.com', after: null }),
      expect.objectContaining({ action: 'user.create', address: '127.0.0.1', before: null }),
    ]);
  });

  it('keeps a trail that shows every change, and refuses to be changed', async () => {
    const verifier = rooms.app.get(AuditVerifier);
    const { verified, broken } = await verifier.verify();
    expect({ broken, several: verified > 10 }).toEqual({ broken: null, several: true });
    await expect(database.query('delete from audit_events where id = 3')).rejects.toThrow('append-only');
    await expect(database.query(`update audit_events set actor_email = ''`)).rejects.toThrow('append-only');

    await database.query('alter table audit_events disable trigger user');
    await database.query(`update audit_events set action = reverse(action) where id = 4`);
    expect(await verifier.verify()).toMatchObject({ verified: 3, broken: { id: 4 } });
    await database.query(`update audit_events set action = reverse(action) where id = 4`);
    expect((await verifier.verify()).broken).toBeNull();
    await database.query('delete from audit_events where id = 6');
    expect(await verifier.verify()).toMatchObject({ verified: 5, broken: { id: 7 } });
  });
});
