import { randomUUIDv7 } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Environment } from '../config/environment.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { NestLogger } from '../telemetry/logger.js';
import { DATA_PLANE_BODY_LIMIT_BYTES, registerBodyParser } from './body-parser.js';
import { ErrorFilter } from './error.filter.js';
import { registerSecurityHeaders } from './security-headers.js';
import { registerPortal } from './static-portal.js';
import { registerTotalCount } from './total-count.js';
import { createValidationPipe } from './validation-pipe.js';

/** A whole request must have arrived in this time; 32 MB at 5 Mbit/s need 51 s. */
const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the 60 s of common load balancers, so that it is they who close an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** What waits for a client that stalls, once the system takes no more; Node's 64 KB would be held for each of them. */
const WRITE_AHEAD_BYTES = 16 * 1024;

/** What takes requests in, before anything is registered with it. */
export function createAdapter(environment: Environment) {
  return new FastifyAdapter({
    bodyLimit: DATA_PLANE_BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    trustProxy: environment.trustProxy.length === 0 ? false : [...environment.trustProxy],
    genReqId: () => `req_${randomUUIDv7()}`,
    requestIdHeader: false,
    routerOptions: { maxParamLength: 512 },
    http: { headersTimeout: HEADERS_TIMEOUT_MS, highWaterMark: WRITE_AHEAD_BYTES },
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
}

/** The answering application, wired and not yet listening. */
export async function createApp(
  module: DynamicModule,
  environment: Environment,
  portalDirectory: string,
  adapter = createAdapter(environment),
): Promise<NestFastifyApplication> {
  const fastify = adapter.getInstance<FastifyInstance>();
  registerBodyParser(fastify);
  registerSecurityHeaders(fastify);
  registerTotalCount(fastify);

  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
    forceCloseConnections: true,
  });
  const logger = app.get<Logger>(LOGGER);
  app.useLogger(new NestLogger(logger));
  app.useGlobalFilters(new ErrorFilter(logger));
  app.useGlobalPipes(createValidationPipe());
  await registerPortal(fastify, portalDirectory);
  return app;
}
