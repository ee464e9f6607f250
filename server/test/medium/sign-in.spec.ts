import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CurrentUser, LoginAnswer, PasswordChanged } from '@ccs/dto';
import { FirstStartService, type FirstStart } from '../../src/users/first-start.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const EMAIL = 'admin@example.com';
const PASSWORD = 'correct horse battery';

describe('signing in', () => {
  let database: TestDatabase;
  let rooms: Rooms;

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD }));
    await rooms.app.get(FirstStartService).run();
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const login = (email: string, password: string, address = '127.0.0.1') =>
    rooms.ask<LoginAnswer>('POST', '/api/auth/login', { body: { email, password }, address });

  it('gives a token and the user, whatever the case of the address', async () => {
    const { status, body } = await login('Admin@Example.com ', PASSWORD);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^eyJ/),
      token_type: 'bearer',
      user: { id: 1, email: EMAIL, name: null, is_admin: true, must_change_password: false },
    });
    const me = await rooms.ask<CurrentUser>('GET', '/api/auth/me', {
      headers: { authorization: `bearer ${body.access_token}` },
    });
    expect(me.body).toMatchObject({ id: 1, email: EMAIL, permissions: { chat: true, users: true } });
    const { rows } = await database.query('select last_login_at from users');
    expect(rows).toEqual([{ last_login_at: expect.any(Date) }]);
  });

  it('answers the same for a wrong password and an unknown account', async () => {
    const wrong = await login(EMAIL, 'wrong', '10.1.0.1');
    const unknown = await login('nobody@example.com', 'wrong', '10.1.0.2');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    const { request_id: _, ...rest } = wrong.body as unknown as Record<string, unknown>;
    expect(unknown.body).toMatchObject(rest);
    expect(rest).toMatchObject({ code: 'invalid_credentials', detail: 'Invalid email or password' });
  });

  it('takes as long for an unknown account', async () => {
    const times: Record<string, number[]> = { [EMAIL]: [], 'nobody@example.com': [] };
    for (let round = 0; round < 9; round += 1) {
      for (const [email, taken] of Object.entries(times)) {
        const startedAt = performance.now();
        await login(email, 'wrong password', `10.2.${email.length}.${round}`);
        taken.push(performance.now() - startedAt);
      }
    }
    const [known = 0, unknown = 0] = Object.values(times).map((taken) => Math.min(...taken));
    // Without the hash of nobody it is a tenth; more than this the load of the machine may do.
    expect(unknown / known).toBeGreaterThan(1 / 3);
    expect(unknown / known).toBeLessThan(3);
  });

  it.each<[unknown, string]>([
    [{}, '/email'],
    [{ email: EMAIL, password: ['a'] }, '/password'],
    [{ email: { $ne: 1 }, password: 'a' }, '/email'],
    [{ email: EMAIL, password: 'a'.repeat(1025) }, '/password'],
    [{ email: EMAIL, password: PASSWORD, is_admin: true }, '/is_admin'],
  ])('refuses %j with 422 at %s', async (body, pointer) => {
    const answer = await rooms.ask('POST', '/api/auth/login', { body });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ pointer })]));
  });

  it('is slowed down for who guesses, not for others', async () => {
    await database.query(
      `insert into users (email, password_hash) select 'guessed@example.com', password_hash from users where id = 1`,
    );
    for (let guess = 0; guess < 10; guess += 1) await login('guessed@example.com', 'wrong', '10.3.0.1');
    const blocked = await login('guessed@example.com', PASSWORD, '10.3.0.1');
    expect(blocked.status).toBe(429);
    expect(blocked.headers['retry-after']).toBe('1');
    expect((await login('guessed@example.com', PASSWORD, '10.3.1.2')).status).toBe(200);
    expect((await login(EMAIL, PASSWORD, '10.3.0.9')).status).toBe(200);
  });

  it('of a crowd at once is put off with 503 for those too many, before their passwords are looked at', async () => {
    const crowd = Array.from({ length: 80 }, (_, index) => login(`u${index}@x`, 'wrong', `10.5.${index}.1`));
    const answers = await Promise.all(crowd);
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 401 || status === 503)).toBe(true);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers['retry-after']).toBe('2');
    expect(refused[0]?.body).toMatchObject({ code: 'sign_in_busy' });
    expect((await login(EMAIL, PASSWORD)).status).toBe(200);
  });

  it.each([
    'admin', 'admin123', 'password', 'root', '123456', 'administrator', 'changeme', 'ccswitch', 'cc-switch', 'claude',
  ])('does not open with the default %s', async (password) => {
    const { status } = await login(EMAIL, password, `10.6.${password.length}.${password.charCodeAt(0)}`);
    expect([401, 429]).toContain(status);
  }); // prettier-ignore

  it('is closed to a disabled account, and says so only with the right password', async () => {
    await database.query(
      `insert into users (email, password_hash, is_active) select 'off@example.com', password_hash, false from users where id = 1`,
    );
    expect((await login('off@example.com', 'wrong', '10.4.0.1')).status).toBe(401);
    expect((await login('off@example.com', PASSWORD, '10.4.0.1')).status).toBe(403);
  });

  it('changes the password and ends all other sessions at once', async () => {
    await database.query(
      `insert into users (email, password_hash) select 'changer@example.com', password_hash from users where id = 1`,
    );
    const old = (await login('changer@example.com', PASSWORD)).body.access_token;
    const headers = { authorization: `Bearer ${old}` };
    const change = (current: string | undefined, next: string) =>
      rooms.ask<PasswordChanged>('PUT', '/api/auth/change-password', {
        headers,
        body: { current_password: current, new_password: next },
      });
    expect((await change('wrong', 'a quite different one')).status).toBe(401);
    expect((await change(undefined, 'a quite different one')).status).toBe(422);
    expect((await change(PASSWORD, 'password1234')).status).toBe(422);
    expect((await change(PASSWORD, PASSWORD)).status).toBe(422);
    const changed = await change(PASSWORD, 'a quite different one');
    expect(changed.body).toMatchObject({ success: true, token_type: 'bearer' });
    expect((await rooms.ask('GET', '/api/auth/me', { headers })).status).toBe(401);
    const fresh = { authorization: `Bearer ${changed.body.access_token}` };
    expect((await rooms.ask('GET', '/api/auth/me', { headers: fresh })).status).toBe(200);
    expect((await login('changer@example.com', PASSWORD)).status).toBe(401);
    expect((await login('changer@example.com', 'a quite different one')).status).toBe(200);
  });
});

describe('the first start', () => {
  let database: TestDatabase;
  const opened: Rooms[] = [];

  const start = async (variables: Record<string, string> = {}): Promise<[Rooms, FirstStart | null]> => {
    const rooms = await startRooms(testEnvironment(database.url, variables));
    opened.push(rooms);
    return [rooms, await rooms.app.get(FirstStartService).run()];
  };

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    for (const rooms of opened) await rooms.close();
    await database.drop();
  });

  it('beyond loopback needs ADMIN_PASSWORD', async () => {
    const open = {
      HOST: '0.0.0.0',
      JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
      ENCRYPTION_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    };
    const other = await createTestDatabase();
    try {
      const bare = await startRooms(testEnvironment(other.url, open));
      await expect(bare.app.get(FirstStartService).run()).rejects.toThrow(/ADMIN_PASSWORD: required/);
      await bare.close();
      const rooms = await startRooms(testEnvironment(other.url, { ...open, ADMIN_PASSWORD: PASSWORD }));
      await expect(rooms.app.get(FirstStartService).run()).resolves.toEqual({
        email: EMAIL, oneTimePassword: null, apiKey: null,
      }); // prettier-ignore
      await rooms.close();
    } finally {
      await other.drop();
    }
  });

  it('on loopback makes one administrator with a one-time password and a key, however many processes start', async () => {
    const variables = {
      ADMIN_EMAIL: 'Boss@example.com',
      ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
      JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
    };
    const starts = await Promise.all([start(variables), start(variables), start(variables)]);
    const made = starts.filter(([, first]) => first !== null);
    expect(made).toHaveLength(1);
    const [rooms, first] = made[0] ?? [];
    if (rooms === undefined || first === null || first === undefined) throw new Error('nobody made it');
    const { oneTimePassword, apiKey } = first;
    if (oneTimePassword === null || apiKey === null) throw new Error('no credentials');
    expect(String(oneTimePassword.reveal())).toMatch(/^\w{20}$/);

    const who = await rooms.ask('GET', '/v1/who', { headers: { 'x-api-key': apiKey.reveal() } });
    expect(who.body).toMatchObject({ email: 'boss@example.com', isAdmin: true });

    const token = await rooms.signIn('boss@example.com', oneTimePassword.reveal());
    const headers = { authorization: `Bearer ${token}` };
    expect((await rooms.ask('GET', '/api/auth/me', { headers })).body).toMatchObject({
      must_change_password: true,
    });
    expect((await rooms.ask('GET', '/api/api-keys', { headers })).status).toBe(403);
    expect((await rooms.ask('GET', '/v1/who', { headers })).status).toBe(403);
    const changed = await rooms.ask<PasswordChanged>('PUT', '/api/auth/change-password', {
      headers,
      body: { current_password: oneTimePassword.reveal(), new_password: 'one of my own choice' },
    });
    const fresh = { authorization: `Bearer ${changed.body.access_token}` };
    expect((await rooms.ask('GET', '/api/api-keys', { headers: fresh })).status).toBe(200);

    const [, again] = await start(variables);
    expect(again).toBeNull();
    const { rows } = await database.query(
      'select (select count(*)::int from users) as users, (select count(*)::int from api_keys) as keys',
    );
    expect(rows).toEqual([{ users: 1, keys: 1 }]);
  });
});
