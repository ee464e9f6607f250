import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PERMISSIONS } from '@ccs/dto';
import { createUser, openSession } from '../support/callers.js';
import { bodyClassOf, columnNames, fieldsOf, tablesAsText } from '../support/request-shapes.js';
import { startApp, type RunningApp, type ServedRoute } from '../support/start-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(120_000);

/** Besides the columns: what others call the same. */
const OTHERS = ['role', 'roles', 'quota', 'scopes', 'owner_id'];
/** What every object has, and `__proto__`, which JSON.parse makes a field of its own. */
const OF_JAVASCRIPT =
  '"constructor":true,"prototype":true,"toString":true,"__proto__":{"is_admin":true,"isAdmin":true}';
const ABSENT_ID = '987654321';
/** Written by the mere fact that somebody asked. */
const TRACES = new Set(['sessions', 'sign_in_failures', 'change_versions', 'audit_events']);

interface FieldProblem {
  readonly pointer: string;
  readonly code: string;
}

describe('the columns of every table, sent to every route that writes', () => {
  let database: TestDatabase;
  let app: RunningApp;
  let columns: readonly string[];
  let writing: readonly ServedRoute[];
  let somebody: number;
  let administrator: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startApp(
      testEnvironment(database.url, { ADMIN_PASSWORD: 'correct horse battery', EMBEDDED_WORKER: 'false' }),
    );
    columns = [...columnNames(app.dataSource), ...OTHERS];
    writing = app.routes.filter(({ method }) => ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method));
    // An ordinary user, but for permissions: whom rules about administrators must stop.
    somebody = await createUser(app, 'somebody@columns.example', {
      permissions: PERMISSIONS.map(({ code }) => code),
    });
    administrator = await createUser(app, 'admin@columns.example', { isAdmin: true });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function send({ method, path }: ServedRoute, body: string, user = somebody): Promise<Response> {
    return fetch(app.url + path.replace(/:\w+/g, ABSENT_ID).replace('*', 'absent'), {
      method,
      redirect: 'manual',
      headers: { ...(await openSession(app, user)), 'content-type': 'application/json' },
      body,
    });
  }

  it('are refused by name where a body is taken', async () => {
    const taken: string[] = [];
    let bodies = 0;
    for (const route of writing) {
      const dto = route.handler === null ? null : bodyClassOf(route.handler);
      if (dto === null) continue;
      bodies += 1;
      const allowed = fieldsOf(dto);
      const sent = columns.filter((column) => !allowed.has(column));
      // Who is refused before his body is looked at hears nothing of its fields.
      const access = route.handler?.access;
      const administrative = access?.kind === 'session' && access.administrator;
      const body = JSON.stringify(Object.fromEntries(sent.map((name) => [name, true])));
      const response = await send(route, body, administrative ? administrator : somebody);
      const { errors = [] } = (await response.json()) as { errors?: FieldProblem[] };
      const unknown = new Set(
        errors.filter(({ code }) => code === 'unknown_field').map(({ pointer }) => pointer.slice(1)),
      );
      taken.push(
        ...sent.filter((name) => !unknown.has(name)).map((name) => `${route.method} ${route.path}: ${name}`),
      );
    }
    expect(taken).toEqual([]);
    expect(bodies).toBeGreaterThan(8);
    expect(columns).toEqual(expect.arrayContaining(['is_admin', 'passwordHash', 'digest', 'from_file']));
  });

  it('change nothing that is stored, with a body or without', async () => {
    const before = await tablesAsText(app.dataSource, TRACES);
    const body = JSON.stringify(Object.fromEntries(columns.map((name) => [name, true])));
    const polluted = `{${OF_JAVASCRIPT},${body.slice(1)}`;
    // What the data plane takes is no DTO, and leaves records of its own.
    for (const route of writing.filter(({ handler }) => handler?.access.kind !== 'key')) {
      for (const sent of [body, polluted]) {
        const response = await send(route, sent);
        await response.body?.cancel();
      }
    }
    expect(await tablesAsText(app.dataSource, TRACES)).toEqual(before);
    expect(Object.hasOwn(Object.prototype, 'is_admin')).toBe(false);
  });
});
