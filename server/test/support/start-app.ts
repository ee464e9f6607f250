import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { ApiDocument } from '../../src/api-docs/api-document.js';
import { AppModule } from '../../src/app.module.js';
import { declaredAccess, type Access } from '../../src/auth/access.decorators.js';
import type { Environment } from '../../src/config/environment.js';
import { createAdapter, createApp } from '../../src/http/create-app.js';
import { GracefulShutdown } from '../../src/http/graceful-shutdown.js';
import { FirstStartService } from '../../src/users/first-start.js';

/** A route as the router has it, and the handler behind it; null: not one of a controller's. */
export interface ServedRoute {
  readonly method: string;
  /** With `:name` for a part that varies, `*` for the rest. */
  readonly path: string;
  readonly handler: Handler | null;
}

export interface Handler {
  readonly controller: new (...args: never[]) => object;
  readonly name: string;
  readonly access: Access;
}

/** The answering process as `main.ts` makes it, listening on a free port, in the process of the test. */
export interface RunningApp {
  readonly app: NestFastifyApplication;
  readonly dataSource: DataSource;
  readonly url: string;
  readonly port: number;
  /** Of the administrator that the first start made. */
  readonly apiKey: string;
  /** All that the router knows, but for the HEAD that comes with every GET. */
  readonly routes: readonly ServedRoute[];
  close(): Promise<void>;
}

/** What stands for the portal: every path that is no file and no API is this page. */
export const PORTAL_PAGE = '<!doctype html><title>the portal</title>';

export async function startApp(environment: Environment): Promise<RunningApp> {
  const portal = join(environment.dataDir, 'portal');
  await mkdir(portal, { recursive: true });
  await writeFile(join(portal, 'index.html'), PORTAL_PAGE);
  const adapter = createAdapter(environment);
  const served = listenForRoutes(adapter.getInstance<FastifyInstance>());
  const app = await createApp(AppModule.forRoot(environment), environment, portal, adapter);
  app.useLogger(false);
  // It would end the process two seconds after `close`, and that is the test's.
  Object.assign(app.get(GracefulShutdown), { beforeApplicationShutdown: () => Promise.resolve() });
  if (environment.apiDocs) app.get(ApiDocument).describe(app);
  try {
    await app.init();
    const first = await app.get(FirstStartService).run();
    const url = await app.getHttpAdapter().getInstance().listen({ port: 0, host: '127.0.0.1' });
    const handlers = handlersOf(app);
    return {
      app,
      dataSource: app.get(DataSource),
      url,
      port: Number(new URL(url).port),
      apiKey: first?.apiKey?.reveal() ?? '',
      routes: withoutTwins(served).map((route) => ({ ...route, handler: handlers(route) })),
      close: () => app.close(),
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

type Route = Pick<ServedRoute, 'method' | 'path'>;

function listenForRoutes(fastify: FastifyInstance): readonly Route[] {
  const routes: Route[] = [];
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, path: url });
  });
  return routes;
}

function withoutTwins(routes: readonly Route[]): readonly Route[] {
  const gets = new Set(routes.filter(({ method }) => method === 'GET').map(({ path }) => path));
  return routes.filter(({ method, path }) => method !== 'HEAD' || !gets.has(path));
}

/** Finds the handler by the address Nest gave to its route. */
function handlersOf(app: NestFastifyApplication): (route: Route) => Handler | null {
  const scanner = app.get(MetadataScanner, { strict: false });
  const found = new Map<string, Handler>();
  for (const { metatype, instance } of app.get(DiscoveryService, { strict: false }).getControllers()) {
    if (typeof metatype !== 'function') continue;
    const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name];
      const access = handler === undefined ? undefined : declaredAccess(handler, metatype);
      if (handler === undefined || access === undefined || !Reflect.hasMetadata(PATH_METADATA, handler))
        continue;
      for (const path of pathsOf(metatype, handler)) {
        // Discovery knows a controller as a plain function.
        found.set(`${methodOf(handler)} ${path}`, {
          controller: metatype as Handler['controller'],
          name,
          access,
        });
      }
    }
  }
  return ({ method, path }) => found.get(`${method} ${path}`) ?? null;
}

function pathsOf(controller: object, handler: object): string[] {
  const bases = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[]].flat();
  const ends = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
  return bases.flatMap((base) =>
    ends.map(
      (end) =>
        `/${[base, end]
          .flatMap((part) => part.split('/'))
          .filter(Boolean)
          .join('/')}`,
    ),
  );
}

function methodOf(handler: object): string {
  return RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
}
