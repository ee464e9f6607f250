import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  accessInAWord,
  readAccessMatrix,
  refusalBy,
  writeAccessMatrix,
  type AccessMatrix,
} from '../support/access-matrix.js';
import { everyKindOfCaller } from '../support/callers.js';
import { startApp, type RunningApp, type ServedRoute } from '../support/start-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(120_000);

const ABSENT_ID = '987654321';
const nameOf = ({ method, path }: ServedRoute): string => `${method} ${path}`;

describe('every route for every kind of caller', () => {
  let database: TestDatabase;
  let app: RunningApp;
  let callers: readonly string[];
  const statuses = new Map<ServedRoute, readonly number[]>();

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startApp(
      testEnvironment(database.url, { ADMIN_PASSWORD: 'correct horse battery', EMBEDDED_WORKER: 'false' }),
    );
    const kinds = await everyKindOfCaller(app);
    callers = [...kinds.keys()];
    for (const route of app.routes) {
      statuses.set(
        route,
        await Promise.all([...kinds.values()].map(async (headersOf) => ask(route, await headersOf()))),
      );
    }
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function ask(
    { method, path }: ServedRoute,
    headers: Readonly<Record<string, string>>,
  ): Promise<number> {
    const withBody = method !== 'GET' && method !== 'HEAD';
    const url = app.url + path.replace(/:\w+/g, ABSENT_ID).replace('*', 'absent');
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(withBody ? { 'content-type': 'application/json' } : {}) },
      ...(withBody ? { body: '{}' } : {}),
    });
    // Some answers are streams that do not end by themselves.
    await response.body?.cancel();
    return response.status;
  }

  it('is as the matrix says', () => {
    const present: AccessMatrix = new Map(
      [...statuses].map(([route, codes]) => [nameOf(route), [accessInAWord(route), ...codes].join(' ')]),
    );
    const mode = process.env['ACCESS_MATRIX'];
    if (mode !== undefined) {
      const kept = mode === 'all' ? new Map<string, string>() : readAccessMatrix();
      const lines = [...present].map(([route, line]) => [route, kept.get(route) ?? line] as const);
      writeAccessMatrix(new Map(lines), callers);
    }
    const expected = readAccessMatrix();
    const byName = (matrix: AccessMatrix): Record<string, string> => Object.fromEntries(matrix);
    // A route without a line: run `npm run access:matrix` and read what it wrote.
    expect(byName(present)).toEqual(byName(expected));
  });

  it('is what the route declares', () => {
    const wrong = [...statuses].flatMap(([route, codes]) =>
      codes.flatMap((code, index) => {
        const refusal = refusalBy(route.handler?.access ?? null, callers[index] ?? '');
        return refusal === null || refusal === code
          ? []
          : [`${nameOf(route)} for ${callers[index]}: ${code} instead of ${refusal}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('is a controller’s, or a file of the portal', () => {
    const others = app.routes.filter(({ handler }) => handler === null).map(nameOf);
    expect(others).toEqual(['GET /*']);
  });
});
