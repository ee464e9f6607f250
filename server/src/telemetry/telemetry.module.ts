import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { createLogger } from './logger.js';

export const LOGGER = Symbol('LOGGER');

/** The one logger, for whoever asks by `LOGGER`. */
@Global()
@Module({
  providers: [
    {
      provide: LOGGER,
      inject: [ENVIRONMENT],
      useFactory: (environment: Environment) => createLogger(environment.logLevel),
    },
  ],
  exports: [LOGGER],
})
export class TelemetryModule {}
