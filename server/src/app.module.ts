import { Module, type DynamicModule } from '@nestjs/common';
import { ApiDocsModule } from './api-docs/api-docs.module.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CaptureModule } from './capture/capture.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Environment } from './config/environment.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EventLoggingModule } from './event-logging/event-logging.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { ModelsModule } from './models/models.module.js';
import { OauthModule } from './oauth/oauth.module.js';
import { PreferencesModule } from './preferences/preferences.module.js';
import { ProvidersModule } from './providers/providers.module.js';
import { QueueModule } from './queue/queue.module.js';
import { SharedStateModule } from './shared-state/shared-state.module.js';
import { StatsModule } from './stats/stats.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';
import { PricesModule } from './usage/prices.module.js';
import { UsersModule } from './users/users.module.js';
import { WorkerJobsModule } from './worker-jobs.module.js';

/** The answering process. */
@Module({})
export class AppModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(environment),
        TelemetryModule,
        DatabaseModule,
        SharedStateModule,
        QueueModule,
        HttpModule,
        AuditModule,
        UsersModule,
        ApiKeysModule,
        AuthModule,
        OauthModule,
        ProvidersModule,
        PricesModule,
        CaptureModule,
        MessagesModule,
        ModelsModule,
        ConversationsModule,
        PreferencesModule,
        StatsModule,
        HealthModule,
        EventLoggingModule,
        ...(environment.apiDocs ? [ApiDocsModule] : []),
        ...(environment.embeddedWorker ? [WorkerJobsModule] : []),
      ],
    };
  }
}
