import 'reflect-metadata';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { ApiDocument } from './api-docs/api-document.js';
import { AppModule } from './app.module.js';
import { StartupError } from './config/startup-error.js';
import { createApp } from './http/create-app.js';
import { probePort } from './http/probe-port.js';
import { startupFailure } from './http/startup-failure.js';
import { welcome } from './http/welcome.js';
import { ProviderCatalog } from './providers/provider-catalog.js';
import { LOGGER } from './telemetry/telemetry.module.js';
import { FirstStartService } from './users/first-start.js';
import { safeEnvironment } from './users/safe-start.js';

/** `sysexits.h`: the configuration is wrong; restarting will not help. */
const EXIT_CONFIG = 78;
const PORTAL = resolve(import.meta.dirname, '../../../admin');

try {
  await start();
} catch (error) {
  process.stderr.write(`\n${startupFailure(error)}\n`);
  process.exit(error instanceof StartupError ? EXIT_CONFIG : 1);
}

async function start(): Promise<void> {
  const environment = await safeEnvironment(process.env);
  const app = await createApp(AppModule.forRoot(environment), environment, PORTAL);
  if (environment.apiDocs) app.get(ApiDocument).describe(app);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.init();
  await probePort(environment.port, environment.host);
  const firstStart = await app.get(FirstStartService).run();
  // Not app.listen: Nest would log the failure in its own words before `startupFailure` says it in ours.
  const fastify = app.getHttpAdapter().getInstance();
  const url = await fastify.listen({ port: environment.port, host: environment.host });

  const logger = app.get<Logger>(LOGGER);
  for (const warning of environment.warnings) logger.warn(warning);
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception');
    process.kill(process.pid, 'SIGTERM');
  });
  process.stdout.write(welcome(url, firstStart, app.get(ProviderCatalog).snapshot().providers));
  // The supervisor waits for this; when it is gone (killed -9), the gateway drains and ends as well.
  process.send?.({ type: 'ready', url });
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
