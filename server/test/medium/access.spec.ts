import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { Public } from '../../src/auth/access.decorators.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const PASSWORD = 'correct horse battery';

@Controller('forgotten')
class ForgottenController {
  @Get('declared')
  @Public()
  declared(): string {
    return 'ok';
  }

  @Get('undeclared')
  undeclared(): string {
    return 'open to the world';
  }
}

@Module({ controllers: [ForgottenController] })
class ForgottenModule {}

describe('who may call what', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let admin: Record<string, string>;
  let key: string;
  const sessions = new Map<string, Record<string, string>>();

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD }));
    const first = await rooms.app.get(FirstStartService).run();
    key = first?.apiKey?.reveal() ?? '';
    admin = { authorization: `Bearer ${await rooms.signIn('admin@example.com', PASSWORD)}` };
    for (const [name, permissions] of [
      ['chatter', '{chat}'],
      ['mute', '{}'],
      ['keeper', '{api_keys}'],
    ]) {
      await database.query(
        `insert into users (email, password_hash, permissions) select $1, password_hash, $2 from users where id = 1`,
        [`${name}@example.com`, permissions],
      );
      sessions.set(name ?? '', {
        authorization: `Bearer ${await rooms.signIn(`${name}@example.com`, PASSWORD)}`,
      });
    }
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const ROUTES = [
    ['POST', '/api/auth/login', { nobody: 422, key: 422, mute: 422, chatter: 422, keeper: 422, admin: 422 }],
    ['PUT', '/api/auth/me', { nobody: 401, key: 401, mute: 200, chatter: 200, keeper: 200, admin: 200 }],
    [
      'POST',
      '/api/auth/register',
      { nobody: 401, key: 401, mute: 403, chatter: 403, keeper: 403, admin: 422 },
    ],
    [
      'POST',
      '/api/auth/refresh',
      { nobody: 403, key: 403, mute: 403, chatter: 403, keeper: 403, admin: 403 },
    ],
    [
      'GET',
      '/api/auth/sessions',
      { nobody: 401, key: 401, mute: 200, chatter: 200, keeper: 200, admin: 200 },
    ],
    [
      'DELETE',
      '/api/auth/sessions/999',
      { nobody: 401, key: 401, mute: 404, chatter: 404, keeper: 404, admin: 404 },
    ],
    ['GET', '/api/auth/me', { nobody: 401, key: 401, mute: 200, chatter: 200, keeper: 200, admin: 200 }],
    [
      'PUT',
      '/api/auth/change-password',
      { nobody: 401, key: 401, mute: 422, chatter: 422, keeper: 422, admin: 422 },
    ],
    ['GET', '/api/api-keys', { nobody: 401, key: 401, mute: 403, chatter: 200, keeper: 200, admin: 200 }],
    ['POST', '/api/api-keys', { nobody: 401, key: 401, mute: 403, chatter: 422, keeper: 422, admin: 422 }],
    ['GET', '/api/api-keys/999', { nobody: 401, key: 401, mute: 403, chatter: 404, keeper: 404, admin: 404 }],
    ['PUT', '/api/api-keys/999', { nobody: 401, key: 401, mute: 403, chatter: 404, keeper: 404, admin: 404 }],
    [
      'DELETE',
      '/api/api-keys/999',
      { nobody: 401, key: 401, mute: 403, chatter: 404, keeper: 404, admin: 404 },
    ],
    [
      'GET',
      '/api/api-keys/999/full',
      { nobody: 401, key: 401, mute: 403, chatter: 410, keeper: 410, admin: 410 },
    ],
    [
      'GET',
      '/api/providers/public',
      { nobody: 401, key: 401, mute: 200, chatter: 200, keeper: 200, admin: 200 },
    ],
    ['GET', '/v1/who', { nobody: 401, key: 200, mute: 403, chatter: 200, keeper: 403, admin: 200 }],
  ] as const;

  it.each(
    ROUTES.flatMap(([method, path, expected]) =>
      Object.entries(expected).map(([caller, status]) => [method, path, caller, status] as const),
    ),
  )('%s %s by %s: %i', async (method, path, caller, status) => {
    const headers =
      caller === 'admin' ? admin : caller === 'key' ? { 'x-api-key': key } : (sessions.get(caller) ?? {});
    const body = method === 'POST' || method === 'PUT' ? { body: {} } : {};
    expect((await rooms.ask(method, path, { headers, ...body })).status).toBe(status);
  });

  it('takes an API key as Bearer for no session', async () => {
    const answer = await rooms.ask('GET', '/api/api-keys', { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(401);
  });

  it.each([
    '/%76%31/who',
    '//v1/who',
    '/v1/who/',
    '/V1/WHO',
    '/v1/who%2f',
    '/v1/./who',
    '/v1/who;a=1',
    '/v1/who?x-api-key=KEY&api_key=KEY',
  ])('opens nothing for %s without a credential', async (path) => {
    const { status } = await rooms.ask('GET', path.replaceAll('KEY', key));
    expect([401, 404]).toContain(status);
  });

  it('has a session of a disabled user closed at once', async () => {
    await database.query(
      `insert into users (email, password_hash, permissions) select 'leaver@example.com', password_hash, '{chat}' from users where id = 1`,
    );
    const headers = { authorization: `Bearer ${await rooms.signIn('leaver@example.com', PASSWORD)}` };
    expect((await rooms.ask('GET', '/api/auth/me', { headers })).status).toBe(200);
    await database.query(`with off as (update users set is_active = false where email = 'leaver@example.com')
      insert into change_versions values ('principals', 1) on conflict (topic) do update set version = change_versions.version + 1`);
    await new Promise((done) => setTimeout(done, 1_300));
    expect((await rooms.ask('GET', '/api/auth/me', { headers })).status).toBe(401);
  });

  it('stops the start when a route does not say who may call it', async () => {
    const other = await createTestDatabase();
    try {
      const starting = startRooms(testEnvironment(other.url), { modules: [ForgottenModule] });
      await expect(starting).rejects.toThrow(
        'Routes without a declared access: ForgottenController.undeclared',
      );
    } finally {
      await other.drop();
    }
  });
});

describe('DEV_MODE', () => {
  let database: TestDatabase;
  let rooms: Rooms;

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD, DEV_MODE: 'true' }));
    await rooms.app.get(FirstStartService).run();
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const LOCAL = { host: '127.0.0.1:8000', 'x-api-key': 'whatever' };

  it('opens the data plane to any key, with chat alone', async () => {
    const { body } = await rooms.ask('GET', '/v1/who', { headers: LOCAL });
    expect(body).toMatchObject({ email: 'admin@example.com', isAdmin: false, permissions: ['chat'] });
  });

  it('opens nothing else, and nothing to a web site', async () => {
    expect(
      (await rooms.ask('GET', '/api/auth/me', { headers: { ...LOCAL, authorization: 'Bearer whatever' } }))
        .status,
    ).toBe(401);
    expect(
      (await rooms.ask('GET', '/v1/who', { headers: { ...LOCAL, host: 'evil.example.com' } })).status,
    ).toBe(403);
    expect((await rooms.ask('GET', '/v1/who', { headers: { host: LOCAL.host } })).status).toBe(401);
  });
});
