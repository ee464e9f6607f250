import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { Logger } from 'pino';
import { CallLog } from './call-log.js';
import { createLogger } from './logger.js';
import { Metrics } from './metrics.js';

export const LOGGER = Symbol('LOGGER');

/** The one logger, for whoever asks by `LOGGER`, and the process's metrics. */
@Global()
@Module({
  providers: [
    Metrics,
    {
      provide: LOGGER,
      inject: [ENVIRONMENT],
      useFactory: (environment: Environment) => createLogger(environment.logLevel),
    },
    { provide: CallLog, inject: [LOGGER], useFactory: (logger: Logger) => new CallLog(logger) },
  ],
  exports: [LOGGER, CallLog, Metrics],
})
export class TelemetryModule {}
