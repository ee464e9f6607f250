import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createUser, openSession } from '../support/callers.js';
import { rawRequest, sendRaw } from '../support/raw-http.js';
import { PORTAL_PAGE, startApp, type RunningApp, type ServedRoute } from '../support/start-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(120_000);

interface Plain {
  readonly method: string;
  /** Without a query. */
  readonly path: string;
}
interface Variant extends Plain {
  readonly host?: string;
  readonly headers?: readonly string[];
}

const segments = (path: string, change: (segment: string, index: number) => string): string =>
  `/${path.slice(1).split('/').map(change).join('/')}`;
const encoded = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`;
const withPath =
  (change: (path: string) => string) =>
  ({ method, path }: Plain): Variant => ({ method, path: change(path) });
const withHost =
  (host: string) =>
  (plain: Plain): Variant => ({ ...plain, host });
const withHeaders =
  (...headers: string[]) =>
  (plain: Plain): Variant => ({ ...plain, headers });
const withMethod =
  (method: string, ...headers: string[]) =>
  ({ path }: Plain): Variant => ({ method, path, headers });

/** Other ways to write one and the same request, or what something in between might take for another one. */
const VARIANTS: Readonly<Record<string, (plain: Plain) => Variant>> = {
  'the first letters encoded': withPath((path) =>
    segments(path, (segment) => encoded(segment.charAt(0)) + segment.slice(1)),
  ),
  'everything encoded': withPath((path) => segments(path, (segment) => [...segment].map(encoded).join(''))),
  'encoded twice': withPath((path) => segments(path, (segment) => `%25${encoded(segment.charAt(0)).slice(1)}${segment.slice(1)}`)),
  'encoded slashes': withPath((path) => `/${path.slice(1).replaceAll('/', '%2f')}`),
  'an encoded slash at the end': withPath((path) => `${path}%2f`),
  'a slash at the end': withPath((path) => `${path}/`),
  'a doubled slash in front': withPath((path) => `/${path}`),
  'doubled slashes': withPath((path) => path.replaceAll('/', '//')),
  'a backslash': withPath((path) => path.replace(/\/(?=[^/]*$)/, '\\')),
  'a dot segment': withPath((path) => `/.${path}`),
  'dot segments through a public path': withPath((path) => `/health/..${path}`),
  'encoded dot segments': withPath((path) => `/health/%2e%2e${path}`),
  'a parameter of a path': withPath((path) => `${path};a=1`),
  'parameters of its parts': withPath((path) => segments(path, (segment) => `${segment};a=1`)),
  'capital letters': withPath((path) => path.toUpperCase()),
  'a null byte': withPath((path) => `${path}%00`),
  'a suffix': withPath((path) => `${path}.json`),
  'a question mark in between': withPath((path) => `/health?${path}`),
  'absolute form': withPath((path) => `http://127.0.0.1${path}`),
  'absolute form of another host': withPath((path) => `http://evil.example${path}`),
  'absolute form with a public path as its host': withPath((path) => `http://x/health/..${path}`),
  'no host': withHost(''),
  'an empty host': withHost('Host:'),
  'a path in the host': withHost('Host: localhost/health?'),
  'a public path in the host': withHost('Host: 127.0.0.1/health'),
  'another host': withHost('Host: evil.example'),
  'a user in the host': withHost('Host: admin@127.0.0.1'),
  'two hosts': withHost('Host: 127.0.0.1\r\nHost: localhost'),
  'HEAD': withMethod('HEAD'),
  'OPTIONS': withMethod('OPTIONS', 'Origin: http://evil.example', 'Access-Control-Request-Method: POST'),
  'TRACE': withMethod('TRACE'),
  'a method in small letters': ({ method, path }) => ({ method: method.toLowerCase(), path }),
  'a method the headers override': ({ method, path }) => ({
    method: method === 'GET' ? 'POST' : 'GET',
    path,
    headers: [`X-HTTP-Method-Override: ${method}`, `X-HTTP-Method: ${method}`, `X-Method-Override: ${method}`],
  }),
  'a public path for what is in front': ({ method, path }) => ({
    method,
    path,
    headers: ['X-Original-URL: /health', 'X-Rewrite-URL: /health', 'X-Forwarded-Prefix: /health', 'X-Forwarded-Uri: /health'],
  }),
  'this path behind a public one': ({ method, path }) => ({
    method,
    path: '/health/absent',
    headers: [`X-Original-URL: ${path}`, `X-Rewrite-URL: ${path}`],
  }),
  'an address of this machine': withHeaders('X-Forwarded-For: 127.0.0.1', 'X-Real-IP: 127.0.0.1', 'Forwarded: for=127.0.0.1'),
  'the mark of a user': withHeaders('X-Forwarded-User: admin', 'X-Remote-User: admin', 'Remote-User: admin'),
}; // prettier-ignore

describe('a request that is written in another way', () => {
  let database: TestDatabase;
  let app: RunningApp;
  let guarded: readonly Plain[];
  const credentials: Record<string, readonly string[]> = { nobody: [] };

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startApp(
      testEnvironment(database.url, { ADMIN_PASSWORD: 'correct horse battery', EMBEDDED_WORKER: 'false' }),
    );
    guarded = app.routes.filter(isGuarded).map(({ method, path }) => ({
      method,
      path: path.replace(/:\w+/g, '1').replace('*', 'absent'),
    }));
    for (const [name, isAdmin] of [
      ['somebody', false],
      ['admin', true],
    ] as const) {
      const id = await createUser(app, `${name}@raw.example`, { isAdmin });
      credentials[name] = [`Authorization: ${(await openSession(app, id))['authorization'] ?? ''}`];
    }
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const isGuarded = ({ handler }: ServedRoute): boolean =>
    handler !== null && handler.access.kind !== 'public';

  const send = (caller: string, { method, path, host, headers = [] }: Variant) => {
    const body = /^(?:get|head|options|trace)$/i.test(method) ? '' : '{}';
    return sendRaw(
      app.port,
      rawRequest(`${method} ${path} HTTP/1.1`, [...headers, ...(credentials[caller] ?? [])], {
        ...(host === undefined ? {} : { host }),
        body,
      }),
    );
  };

  /** What was opened to a caller by a variant, of the routes that refuse him when they are asked plainly. */
  async function openings(caller: string, variant: (plain: Plain) => Variant): Promise<string[]> {
    const opened = await Promise.all(
      guarded.map(async (plain) => {
        if (!refuses((await plainAnswer(caller, plain)).status)) return [];
        const { status, text } = await send(caller, variant(plain));
        const opens = status < 400 && status !== 0 && !isPublic(text);
        return opens ? [`${plain.method} ${plain.path}: ${status}`] : [];
      }),
    );
    return opened.flat();
  }

  /** The portal's page, which every other path is, and what the public paths of the variants answer. */
  const isPublic = (text: string): boolean =>
    text.includes(PORTAL_PAGE) || text.includes('{"status":"healthy"}');
  const refuses = (status: number): boolean => status === 401 || status === 403;
  const known = new Map<string, ReturnType<typeof send>>();
  function plainAnswer(caller: string, plain: Plain): ReturnType<typeof send> {
    const key = `${caller} ${plain.method} ${plain.path}`;
    const answer = known.get(key) ?? send(caller, plain);
    known.set(key, answer);
    return answer;
  }

  it('is refused to nobody on every guarded route, when it is written plainly', async () => {
    const answers = await Promise.all(guarded.map((plain) => plainAnswer('nobody', plain)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(guarded.length).toBeGreaterThan(20);
  });

  it('reaches the route of an administrator in some of these ways: the others below are no accident', async () => {
    const reach = async (name: string): Promise<number> =>
      (await send('admin', (VARIANTS[name] ?? withPath(String))({ method: 'GET', path: '/api/audit' })))
        .status;
    expect(await reach('plain')).toBe(200);
    expect(await reach('the first letters encoded')).toBe(200);
    expect(await reach('HEAD')).toBe(200);
    expect(await reach('another host')).toBe(200);
  });

  it.each(Object.entries(VARIANTS))('opens nothing with %s', async (_, variant) => {
    expect(await openings('nobody', variant)).toEqual([]);
    expect(await openings('somebody', variant)).toEqual([]);
  });
});
