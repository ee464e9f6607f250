import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createUser, openSession } from '../support/callers.js';
import { tablesAsText } from '../support/request-shapes.js';
import { startApp, type RunningApp, type ServedRoute } from '../support/start-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const ORDINARY = ['chat', 'conversations', 'preferences'] as const;
type Headers = Record<string, string>;
type Ask = (method: string, path: string, headers: Headers, body?: object) => Promise<Response>;

/** Of an SQL statement in which $1 is the owner: the first column of the first row. */
type Query = (sql: string) => Promise<string>;

/** What people own: where it is, how one is made, and bodies its routes take. */
interface Kind {
  readonly path: string;
  make(ask: Ask, owner: Headers, query: Query): Promise<Readonly<Record<string, string>>>;
  /** By `METHOD /path`. */
  readonly bodies?: Readonly<Record<string, object>>;
  /** Routes with which its owner, too, may find nothing, or which go on in the background. */
  readonly fickle?: readonly string[];
}

const idOf = async (response: Response): Promise<string> => {
  expect(response.ok).toBe(true);
  return String(((await response.json()) as { id: number | string }).id);
};
const apiKeys = (path: string): Kind => ({
  path,
  make: async (ask, owner) => ({ id: await idOf(await ask('POST', path, owner, { name: 'mine' })) }),
});
const CONVERSATION = '/api/conversations/:id';
const KINDS: readonly Kind[] = [
  apiKeys('/api/api-keys'),
  apiKeys('/api/api_keys'),
  {
    path: '/api/auth/sessions',
    make: async (ask, owner) => {
      const { data } = (await (await ask('GET', '/api/auth/sessions', owner)).json()) as {
        data: { id: number }[];
      };
      return { id: String(data[0]?.id) };
    },
  },
  {
    path: '/api/auth/linked-accounts',
    make: async (_ask, _owner, query) => ({
      id: await query(
        `insert into linked_accounts (user_id, provider, issuer, subject)
         values ($1, 'github', 'github', gen_random_uuid()::text) returning id`,
      ),
    }),
  },
  {
    path: '/api/stats/requests',
    make: async (_ask, _owner, query) => ({
      request_id: await query(
        `insert into usage_records (request_id, called_at, user_id, requested_model, status, attempts, input_tokens,
           output_tokens, cache_read_tokens, cache_write_tokens, estimated, duration_ms, stream, record_version)
         select id, usage_time_of(id), $1, 'm', 'success', 1, 1, 1, 0, 0, false, 1, false, 1
           from (select overlay(overlay(gen_random_uuid()::text placing '7' from 15) placing
                   lpad(to_hex((extract(epoch from now()) * 1000)::bigint >> 16), 8, '0') from 1)::uuid as id)
         returning request_id`,
      ),
    }),
  },
  {
    path: '/api/conversations',
    make: async (ask, owner) => {
      const id = await idOf(await ask('POST', '/api/conversations', owner, { title: 'mine', model: 'm' }));
      const message = { role: 'user', content: 'a secret' };
      return { id, mid: await idOf(await ask('POST', `/api/conversations/${id}/messages`, owner, message)) };
    },
    bodies: {
      [`POST ${CONVERSATION}/messages`]: { role: 'user', content: 'theirs' },
      [`PUT ${CONVERSATION}/messages/:mid`]: { content: 'theirs' },
      [`POST ${CONVERSATION}/messages/:mid/branch`]: { content: 'theirs' },
    },
    fickle: ['/complete', '/restore', '/stream', '/stop'],
  },
];

describe('what belongs to somebody', () => {
  let database: TestDatabase;
  let app: RunningApp;
  let owned: readonly ServedRoute[];
  const users: Record<string, number> = {};

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startApp(
      testEnvironment(database.url, { ADMIN_PASSWORD: 'correct horse battery', EMBEDDED_WORKER: 'false' }),
    );
    owned = app.routes.filter((route) => /:\w/.test(route.path) && isForEverybody(route));
    for (const name of ['owner', 'other']) {
      users[name] = await createUser(app, `${name}@owned.example`, { permissions: ORDINARY });
    }
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  /** Routes that need a permission of the administration are the matrix's matter. */
  const isForEverybody = ({ handler }: ServedRoute): boolean => {
    if (handler === null || handler.access.kind !== 'session') return false;
    const { anyOf } = handler.access;
    return anyOf.length === 0 || anyOf.some((permission) => ORDINARY.some((each) => each === permission));
  };
  const kindOf = ({ path }: ServedRoute): Kind | undefined =>
    KINDS.find((kind) => path.startsWith(`${kind.path}/`));
  const ask: Ask = (method, path, headers, body) =>
    fetch(app.url + path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const signedIn = (name: string): Promise<Headers> => openSession(app, users[name] ?? 0);

  const query: Query = async (sql) => {
    const rows = await app.dataSource.query<Record<string, unknown>[]>(sql, [users['owner']]);
    return String(Object.values(rows[0] ?? {})[0]);
  };

  it('is known to this test, whatever the route', () => {
    const unknown = owned.filter((route) => kindOf(route) === undefined);
    // A new kind of thing that people own: add it to KINDS above.
    expect(unknown.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it('does not exist for anybody else, and stays as it is', async () => {
    const wrong: string[] = [];
    for (const route of owned) {
      const kind = kindOf(route);
      if (kind === undefined) continue;
      const owner = await signedIn('owner');
      const other = await signedIn('other');
      const ids = await kind.make(ask, owner, query);
      const path = route.path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? `no-${name}`);
      const { method } = route;
      const body =
        method === 'GET' || method === 'DELETE'
          ? undefined
          : (kind.bodies?.[`${method} ${route.path}`] ?? {});
      const before = await tablesAsText(app.dataSource);
      const { status } = await ask(method, path, other, body);
      const after = await tablesAsText(app.dataSource);
      // 410: gone for everybody, whatever the id.
      if (status !== 404 && status !== 410) wrong.push(`${method} ${route.path}: ${status}`);
      expect(after).toEqual(before);
      if (kind.fickle?.some((end) => path.endsWith(end)) === true) continue;
      const own = await ask(method, path, owner, body);
      if (own.status === 404) wrong.push(`${method} ${route.path}: its owner does not find it either`);
    }
    expect(wrong).toEqual([]);
    expect(owned.length).toBeGreaterThan(8);
  });
});
