import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Environment } from './config/environment.js';
import { DatabaseModule } from './database/database.module.js';
import { ProviderStoreModule } from './providers/provider-store.module.js';
import { SharedStateModule } from './shared-state/shared-state.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';

/** What the commands of an administrator work with. */
@Module({})
export class CommandModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: CommandModule,
      imports: [
        ConfigModule.forRoot(environment),
        TelemetryModule,
        DatabaseModule,
        SharedStateModule,
        AuditModule,
        ProviderStoreModule,
      ],
    };
  }
}
