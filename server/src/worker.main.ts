import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import { parseEnvironment } from './config/environment.js';
import { StartupError } from './config/startup-error.js';
import { startupFailure } from './http/startup-failure.js';
import { NestLogger } from './telemetry/logger.js';
import { LOGGER } from './telemetry/telemetry.module.js';
import { WorkerModule } from './worker.module.js';

/** `sysexits.h`: the configuration is wrong; restarting will not help. */
const EXIT_CONFIG = 78;

try {
  await start();
} catch (error) {
  process.stderr.write(`\n${startupFailure(error)}\n`);
  process.exit(error instanceof StartupError ? EXIT_CONFIG : 1);
}

async function start(): Promise<void> {
  const environment = parseEnvironment(process.env);
  const worker = await NestFactory.createApplicationContext(WorkerModule.forRoot(environment), {
    bufferLogs: true,
    abortOnError: false,
  });
  const logger = worker.get<Logger>(LOGGER);
  worker.useLogger(new NestLogger(logger));
  worker.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  for (const warning of environment.warnings) logger.warn(warning);
  logger.info('the worker runs');
}
