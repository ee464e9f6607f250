import { Module } from '@nestjs/common';
import { ApiKeyJobsModule } from './api-keys/api-key-jobs.module.js';
import { CaptureRetention } from './capture/capture-retention.js';
import { CaptureRetentionModule } from './capture/capture-retention.module.js';
import { ConversationRetentionModule } from './conversations/conversation-retention.module.js';
import { ConversationRetention } from './conversations/conversation-retention.repository.js';
import { HealthRetentionModule } from './health/health-retention.module.js';
import { HealthRetention } from './health/health-retention.repository.js';
import { ConfigChangeRetentionModule } from './providers/config-change-retention.module.js';
import { ConfigChangeRetention } from './providers/config-change-retention.repository.js';
import { RetentionJobsModule } from './retention/retention-jobs.module.js';
import { UsageJobsModule } from './usage/usage-jobs.module.js';
import { UsageRetentionModule } from './usage/usage-retention.module.js';
import { UsageRetention } from './usage/usage-retention.repository.js';

/** Everything that runs jobs: in the worker process, or in the answering one when it hosts the worker. */
@Module({
  imports: [
    ApiKeyJobsModule,
    UsageJobsModule,
    RetentionJobsModule.forRules(
      [
        CaptureRetentionModule,
        ConfigChangeRetentionModule,
        ConversationRetentionModule,
        HealthRetentionModule,
        UsageRetentionModule,
      ],
      [CaptureRetention, ConfigChangeRetention, ConversationRetention, HealthRetention, UsageRetention],
    ),
  ],
})
export class WorkerJobsModule {}
