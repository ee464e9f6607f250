import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from './config/config.module.js';
import type { Environment } from './config/environment.js';
import { DatabaseModule } from './database/database.module.js';
import { SharedStateModule } from './shared-state/shared-state.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';
import { WorkerJobsModule } from './worker-jobs.module.js';

/** The counting and probing process. */
@Module({})
export class WorkerModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ConfigModule.forRoot(environment),
        TelemetryModule,
        DatabaseModule,
        SharedStateModule,
        WorkerJobsModule,
      ],
    };
  }
}
