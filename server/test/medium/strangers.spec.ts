import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createUser, openSession } from '../support/callers.js';
import { startApp, type RunningApp } from '../support/start-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

type Headers = Record<string, string>;

describe('somebody with no credential of this installation', () => {
  let database: TestDatabase;
  let app: RunningApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startApp(testEnvironment(database.url, { EMBEDDED_WORKER: 'false' }));
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each([
    ['admin@example.com', 'admin123'], ['admin@example.com', 'admin'], ['admin@example.com', 'password'],
    ['admin@example.com', '123456'], ['admin@example.com', 'changeme'], ['admin@example.com', 'cc-switch'],
    ['admin@example.com', 'administrator'], ['admin@example.com', ' '], ['root', '123456'], ['root', 'root'],
  ])('does not get in as %s with %j', async (email, password) => {
    const response = await fetch(`${app.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    expect(response.status).toBe(401);
  }); // prettier-ignore

  it('reads nothing of versions, addresses or providers on the routes that are open', async () => {
    const open = app.routes.filter(
      ({ method, path, handler }) =>
        method === 'GET' && handler?.access.kind === 'public' && !/^\/(?:docs|metrics|oauth)\b/.test(path),
    );
    expect(open.map(({ path }) => path)).toContain('/health');
    for (const { path } of open) {
      const response = await fetch(app.url + path);
      const told = `${JSON.stringify([...response.headers])} ${await response.text()}`;
      expect([path, told]).toEqual([
        path,
        expect.not.stringMatching(
          /\d+\.\d+\.\d+|localhost|127\.0\.0\.1|postgres|fastify|nest|x-powered-by|"server"/i,
        ),
      ]);
    }
  });
});

describe('an API key', () => {
  let database: TestDatabase;
  let app: RunningApp;
  let admin: Headers;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startApp(
      testEnvironment(database.url, { ADMIN_PASSWORD: 'correct horse battery', EMBEDDED_WORKER: 'false' }),
    );
    admin = await openSession(app, await createUser(app, 'maker@keys.example', { isAdmin: true }));
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const admitted = async (headers: Headers, query = ''): Promise<number> =>
    (await fetch(`${app.url}/v1/models${query}`, { headers })).status;
  const make = async (fields: object, owner?: number): Promise<{ id: number; key: string }> => {
    const response = await fetch(`${app.url}/api/api-keys`, {
      method: 'POST',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'k', ...fields, ...(owner === undefined ? {} : { user_id: owner }) }),
    });
    const { id, api_key: key } = (await response.json()) as { id: number; api_key: string };
    return { id, key };
  };

  /** Keys that are refused each for a reason of its own. */
  const REFUSED: Readonly<Record<string, [number, () => Promise<string>]>> = {
    'from another address': [403, async () => (await make({ ip_allowlist: ['192.0.2.1'] })).key],
    disabled: [401, async () => (await make({ is_active: false })).key],
    deleted: [
      401,
      async () => {
        const { id, key } = await make({});
        await fetch(`${app.url}/api/api-keys/${id}`, { method: 'DELETE', headers: admin });
        return key;
      },
    ],
    expired: [
      401,
      async () => {
        const { id, key } = await make({});
        await fetch(`${app.url}/api/api-keys/${id}`, {
          method: 'PUT',
          headers: { ...admin, 'content-type': 'application/json' },
          body: JSON.stringify({ expires_at: '2020-01-01T00:00:00Z' }),
        });
        return key;
      },
    ],
    'of an owner who may not chat': [
      403,
      async () => {
        const owner = await createUser(app, 'mute@keys.example', { permissions: ['chat'] });
        const { key } = await make({}, owner);
        await fetch(`${app.url}/api/admin/permissions/user/${owner}`, {
          method: 'PUT',
          headers: { ...admin, 'content-type': 'application/json' },
          body: JSON.stringify({ user_id: owner, permissions: { chat: false } }),
        });
        return key;
      },
    ],
  };

  it.each(Object.entries(REFUSED))(
    '%s is refused by whichever header it comes',
    async (_, [status, makeKey]) => {
      const key = await makeKey();
      const ways: Headers[] = [
        { 'x-api-key': key },
        { 'X-API-KEY': ` ${key} ` },
        { authorization: `Bearer ${key}` },
        { authorization: `bearer   ${key}` },
        { 'x-api-key': key, authorization: `Bearer ${key}` },
      ];
      expect(await Promise.all(ways.map((headers) => admitted(headers)))).toEqual(ways.map(() => status));
    },
  );

  it('is none in a header, a cookie or a query that nobody reads', async () => {
    const { key } = await make({});
    expect(await admitted({ 'x-api-key': key })).toBe(200);
    const ways: [Headers, string?][] = [
      [{ 'api-key': key }], [{ 'x-goog-api-key': key }], [{ authorization: key }], [{ authorization: `Basic ${btoa(`${key}:`)}` }],
      [{ authorization: `Token ${key}` }], [{ cookie: `x-api-key=${key}; ccs_refresh=${key}` }], [{ 'x-ccs-api-key': key }],
      [{}, `?key=${key}`], [{}, `?api_key=${key}`], [{}, `?x-api-key=${key}`], [{}, `?access_token=${key}`],
    ]; // prettier-ignore
    expect(await Promise.all(ways.map(([headers, query]) => admitted(headers, query)))).toEqual(
      ways.map(() => 401),
    );
  });
});
