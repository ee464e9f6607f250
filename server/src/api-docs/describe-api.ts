import type { INestApplication } from '@nestjs/common';
import { PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { declaredAccess, type Access, type SessionAccessRule } from '../auth/access.decorators.js';
import { fieldSchemas, type DtoClass } from './dto-schema.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** A controller's method that serves a route. */
interface Handler {
  readonly access: Access;
  readonly controller: object;
  readonly prototype: object;
  readonly name: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;
/** Nest's numbers for arguments that are the body or the query; the enumeration is not exported. */
const FROM_DTO = /^[34]:/;
const PROBLEM_TYPE = 'application/problem+json';
const DESCRIPTION = `The admin API (\`/api\`) takes the token of a session; the data plane (\`/v1\`) takes an API key. Errors are
problem documents (RFC 9457), on the data plane errors in Anthropic's shape. \`docs/errors.md\` lists the codes.`;

/** OpenAPI of every route the application serves; fields and rules are those that the DTOs check. */
export async function describeApi(app: INestApplication): Promise<OpenAPIObject> {
  // Loaded only where it is asked for: it costs a start a tenth of a second.
  const { ApiProperty, DocumentBuilder, SwaggerModule } = await import('@nestjs/swagger');
  const handlers = findHandlers(app);
  for (const dto of dtosOf(handlers.values())) {
    for (const [field, schema] of fieldSchemas(dto)) {
      // The schema's words are OpenAPI's, which ApiProperty knows one by one.
      ApiProperty(schema as Parameters<typeof ApiProperty>[0])(dto.prototype as object, field);
    }
  }
  const config = new DocumentBuilder()
    .setTitle('CC Switch')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'POST /api/auth/login gives one' },
      'session',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'x-api-key' }, 'key')
    .build();
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory: operationId });
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM },
  };
  sayWhoMayCall(document, handlers);
  return document;
}

/** Of aliases (`create[0]`, `create[1]`) all but the first have a number. */
const operationId = (controller: string, method: string): string => {
  const name = method.replace(/\[(\d+)\]$/, (_, index) => (index === '0' ? '' : `_${Number(index) + 1}`));
  return `${controller.replace(/Controller$/, '')}_${name}`;
};

function findHandlers(app: INestApplication): ReadonlyMap<string, Handler> {
  const scanner = app.get(MetadataScanner, { strict: false });
  const handlers = new Map<string, Handler>();
  for (const { metatype, instance } of app.get(DiscoveryService, { strict: false }).getControllers()) {
    if (typeof metatype !== 'function') continue;
    const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const method = prototype[name];
      const access = method === undefined ? undefined : declaredAccess(method, metatype);
      if (method === undefined || access === undefined || !Reflect.hasMetadata(PATH_METADATA, method))
        continue;
      handlers.set(operationId(metatype.name, name), { access, controller: metatype, prototype, name });
    }
  }
  return handlers;
}

function dtosOf(handlers: Iterable<Handler>): ReadonlySet<DtoClass> {
  const found = new Set<DtoClass>();
  for (const { controller, prototype, name } of handlers) {
    const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
      string,
      { readonly index: number }
    >;
    const types = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as DtoClass[];
    for (const [key, { index }] of Object.entries(args)) {
      const type = types[index];
      if (FROM_DTO.test(key) && type !== undefined && fieldSchemas(type).size > 0) found.add(type);
    }
  }
  return found;
}

function sayWhoMayCall(document: OpenAPIObject, handlers: ReadonlyMap<string, Handler>): void {
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      const access = handlers.get(operation?.operationId?.replace(/_\d+$/, '') ?? '')?.access;
      if (operation === undefined || access === undefined) continue;
      Object.assign(operation, whoMayCall(access), { responses: withErrors(operation, access) });
    }
  }
}

function whoMayCall(access: Access): Pick<Operation, 'security' | 'description'> {
  switch (access.kind) {
    case 'public':
      return { security: [], description: 'Open to everybody.' };
    case 'key':
      return {
        security: [{ key: [] }, { session: [] }],
        description: 'Needs an API key, or a session, whose owner has the permission `chat`.',
      };
    case 'session':
      return { security: [{ session: [] }], description: `Needs ${sessionOf(access)}.` };
  }
}

function sessionOf({ anyOf, administrator }: SessionAccessRule): string {
  if (administrator) return 'the session of an administrator';
  return anyOf.length === 0 ? 'a session' : `a session with the permission \`${anyOf.join('` or `')}\``;
}

function withErrors({ responses }: Operation, { kind }: Access): Operation['responses'] {
  const schema = { $ref: '#/components/schemas/Problem' };
  return kind === 'key'
    ? { ...responses, default: { description: 'An error in the shape of the Messages API' } }
    : { ...responses, default: { description: 'A problem', content: { [PROBLEM_TYPE]: { schema } } } };
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable; docs/errors.md has all of them' },
    request_id: { type: 'string' },
    errors: {
      type: 'array',
      description: 'What is wrong with which field',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer (RFC 6901)' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
    current: { type: 'object', description: 'The object as it is now, when a write named an older version' },
  },
};
