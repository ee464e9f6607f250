import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { fieldSchemas } from '../../src/api-docs/dto-schema.js';
import { bodyClassOf } from '../support/request-shapes.js';
import { startApp, type RunningApp, type ServedRoute } from '../support/start-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = Record<string, unknown>;

/** `/v1/models/*` and `/v1/models/{path}` are one. */
const nameOf = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replace(/\{[^}]*\}|:\w+|\*\w*/g, '{}')}`;

describe('the API documentation', () => {
  let database: TestDatabase;
  let app: RunningApp;
  let document: OpenAPIObject;
  let routes: readonly ServedRoute[];

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startApp(
      testEnvironment(database.url, { ADMIN_PASSWORD: 'correct horse battery', EMBEDDED_WORKER: 'false' }),
    );
    document = (await (await fetch(`${app.url}/docs/openapi.json`)).json()) as OpenAPIObject;
    routes = app.routes.filter(({ handler }) => handler !== null);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const operations = (): Map<string, Operation> =>
    new Map(
      Object.entries(document.paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, operation]) => [nameOf(method, path), operation as Operation]),
      ),
    );

  it('has an operation for every route, and no other', () => {
    const served = routes.map(({ method, path }) => nameOf(method, path)).sort();
    expect([...operations().keys()].sort()).toEqual(served);
  });

  it('says of each who may call it, by what guards it', () => {
    const described = operations();
    for (const { method, path, handler } of routes) {
      const operation = described.get(nameOf(method, path));
      const schemes = operation?.security?.flatMap((each) => Object.keys(each));
      const expected = { public: [], key: ['key', 'session'], session: ['session'] }[
        handler?.access.kind ?? 'public'
      ];
      expect([path, schemes]).toEqual([path, expected]);
      if (handler?.access.kind === 'session') {
        for (const permission of handler.access.anyOf) expect(operation?.description).toContain(permission);
      }
    }
    const ids = [...described.values()].map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows every field of every body, with every rule', () => {
    let bodies = 0;
    for (const { method, path, handler } of routes) {
      const dto = handler === null ? null : bodyClassOf(handler);
      if (dto === null || fieldSchemas(dto).size === 0) continue;
      bodies += 1;
      expect([path, operations().get(nameOf(method, path))?.requestBody]).toEqual([
        path,
        expect.objectContaining({
          content: { 'application/json': { schema: { $ref: `#/components/schemas/${dto.name}` } } },
        }),
      ]);
      const shown = document.components?.schemas?.[dto.name] as {
        properties: Record<string, Schema>;
        required?: string[];
      };
      for (const [field, { required, ...schema }] of fieldSchemas(dto)) {
        expect([dto.name, field, shown.properties[field]]).toEqual([
          dto.name,
          field,
          expect.objectContaining(schema),
        ]);
        expect([field, shown.required?.includes(field) ?? false]).toEqual([field, required]);
      }
    }
    expect(bodies).toBeGreaterThan(8);
  });

  it('shows the parameters of a query', () => {
    const parameters = operations().get('GET /api/api-keys')?.parameters ?? [];
    const limit = parameters.find((each) => 'name' in each && each.name === 'limit');
    expect(limit).toMatchObject({ in: 'query', required: false, schema: { minimum: 1, maximum: 1000 } });
  });

  it('is a page that runs only what this server sends', async () => {
    const page = await fetch(`${app.url}/docs`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    const html = await page.text();
    expect(html).not.toMatch(/https?:|<style|<script>/);
    for (const [, file] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const response = await fetch(app.url + (file ?? ''));
      expect([file, response.status]).toEqual([file, 200]);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      await response.body?.cancel();
    }
  });

  it.each(['/docs/absent.js', '/docs/package.json', '/docs/..%2fpackage.json', '/docs/%2e%2e/package.json'])(
    'has no file %s',
    async (path) => {
      expect((await fetch(app.url + path)).status).toBe(404);
    },
  );

  it('is not there when API_DOCS is off', async () => {
    const other = await createTestDatabase();
    const quiet = await startApp(
      testEnvironment(other.url, {
        ADMIN_PASSWORD: 'correct horse battery',
        EMBEDDED_WORKER: 'false',
        API_DOCS: 'false',
      }),
    );
    try {
      for (const path of ['/docs', '/docs/openapi.json']) {
        expect((await fetch(quiet.url + path)).status).toBe(404);
      }
    } finally {
      await quiet.close();
      await other.drop();
    }
  });
});
