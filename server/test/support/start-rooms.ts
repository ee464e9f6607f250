import { Controller, Get, Module, Post, Req, type Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { pino, type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { ApiKeysModule } from '../../src/api-keys/api-keys.module.js';
import { KeyAccess } from '../../src/auth/access.decorators.js';
import { AuditModule } from '../../src/audit/audit.module.js';
import { AuthModule } from '../../src/auth/auth.module.js';
import { requestPrincipal } from '../../src/auth/request-principal.js';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Environment } from '../../src/config/environment.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { ErrorFilter } from '../../src/http/error.filter.js';
import { createValidationPipe } from '../../src/http/validation-pipe.js';
import { ProvidersModule } from '../../src/providers/providers.module.js';
import { QueueModule } from '../../src/queue/queue.module.js';
import { SharedStateModule } from '../../src/shared-state/shared-state.module.js';
import { LOGGER, TelemetryModule } from '../../src/telemetry/telemetry.module.js';
import { UsersModule } from '../../src/users/users.module.js';

/** Stands for the data plane: says who the guard took the caller for. */
@Controller('v1')
class WhoController {
  @Get('who')
  @KeyAccess()
  who(@Req() request: object): object {
    return describe(request);
  }

  @Post('who')
  @KeyAccess()
  post(@Req() request: object): object {
    return describe(request);
  }
}

function describe(request: object): object {
  const { permissions, scopes, limits, ...principal } = requestPrincipal(request);
  return { ...principal, permissions: [...permissions], limited: scopes.length + limits.length > 0 };
}

@Module({ controllers: [WhoController] })
class WhoModule {}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
}

/** The rooms behind the data plane as one application, asked without a socket. */
export interface Rooms {
  readonly app: NestFastifyApplication;
  readonly dataSource: DataSource;
  ask<T = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: { headers?: Record<string, string>; body?: unknown; address?: string },
  ): Promise<Answer<T>>;
  signIn(email: string, password: string): Promise<string>;
  close(): Promise<void>;
}

export async function startRooms(
  environment: Environment,
  options: { readonly variables?: Record<string, string>; readonly modules?: Type[] } = {},
): Promise<Rooms> {
  const fixture = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(environment, options.variables ?? {}),
      TelemetryModule,
      DatabaseModule,
      SharedStateModule,
      QueueModule,
      AuditModule,
      UsersModule,
      ApiKeysModule,
      AuthModule,
      ProvidersModule,
      WhoModule,
      ...(options.modules ?? []),
    ],
  })
    .overrideProvider(LOGGER)
    .useValue(pino({ level: 'silent' }))
    .compile();
  const app = fixture.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
    logger: false,
  });
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ErrorFilter(app.get<Logger>(LOGGER)));
  try {
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  } catch (error) {
    await app.close();
    throw error;
  }
  const ask: Rooms['ask'] = async (method, url, { headers = {}, body, address = '127.0.0.1' } = {}) => {
    const response = await app.inject({
      method,
      url,
      headers,
      remoteAddress: address,
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      // What the test says it expects; it looks at it next.
      body: response.body === '' ? ({} as never) : response.json(),
    };
  };
  return {
    app,
    dataSource: app.get(DataSource),
    ask,
    signIn: async (email, password) => {
      const { body } = await ask<{ access_token: string }>('POST', '/api/auth/login', {
        body: { email, password },
      });
      return body.access_token;
    },
    close: () => app.close(),
  };
}
