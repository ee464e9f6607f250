import { Global, Module } from '@nestjs/common';
import { GracefulShutdown } from './graceful-shutdown.js';
import { StreamRegistry } from './stream-registry.js';

@Global()
@Module({ providers: [StreamRegistry, GracefulShutdown], exports: [StreamRegistry] })
export class HttpModule {}
