import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CurrentUser, RegisteredUser } from '@ccs/dto';
import { FirstStartService } from '../../src/users/first-start.js';
import { BrowserTab } from '../support/browser-tab.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const EMAIL = 'admin@example.com';
const PASSWORD = 'correct horse battery';
const NEW = { email: 'Ana@Example.com', password: 'three green umbrellas', name: ' Ana ' };

describe('an account', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let admin: BrowserTab;

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD }));
    await rooms.app.get(FirstStartService).run();
    admin = new BrowserTab(rooms);
    await admin.login(EMAIL, PASSWORD);
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  it('is registered by an administrator, never as one, and can sign in', async () => {
    const registered = await admin.send<RegisteredUser>('POST', '/api/auth/register', NEW);
    expect(registered.status).toBe(200);
    expect(registered.body).toEqual({
      user_id: expect.any(Number), email: 'ana@example.com', name: 'Ana', is_admin: false,
    }); // prettier-ignore
    const tab = new BrowserTab(rooms);
    expect((await tab.login(NEW.email, NEW.password)).status).toBe(200);
    const me = await tab.send<CurrentUser>('GET', '/api/auth/me');
    expect(me.body.permissions).toMatchObject({
      chat: true,
      conversations: true,
      preferences: true,
      users: false,
    });
    expect((await tab.send('POST', '/api/auth/register', { ...NEW, email: 'b@example.com' })).status).toBe(
      403,
    );
    expect((await admin.send('POST', '/api/auth/register', NEW)).status).toBe(409);
  });

  it.each<[object, string]>([
    [{ ...NEW, password: '1' }, '/password'],
    [{ ...NEW, password: 'Sunshine2026!' }, '/password'],
    [{ ...NEW, email: 'nobody' }, '/email'],
    [{ ...NEW, is_admin: true }, '/is_admin'],
    [{ ...NEW, permissions: ['users'] }, '/permissions'],
  ])('is not registered with %j: 422 at %s', async (body, pointer) => {
    const answer = await admin.send('POST', '/api/auth/register', body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer })]);
  });

  it.each([
    ['Boss', 'Boss'], [' The Boss ', 'The Boss'], ['  ', null], [null, null],
  ])('may change its own name to %j', async (name, stored) => {
    const changed = await admin.send<CurrentUser>('PUT', '/api/auth/me', { name });
    expect([changed.status, changed.body.name, changed.body.email]).toEqual([200, stored, EMAIL]);
  }); // prettier-ignore

  it.each([
    { email: 'x@example.com' },
    { is_admin: true },
    { credentials_version: 1 },
    { name: 'a'.repeat(101) },
  ])('may not change %j of itself', async (body) => {
    expect((await admin.send('PUT', '/api/auth/me', body)).status).toBe(422);
  });
});
