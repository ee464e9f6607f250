import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
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
  ],
  exports: [LOGGER, Metrics],
})
export class TelemetryModule {}
