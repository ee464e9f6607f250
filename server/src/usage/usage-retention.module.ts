import { Module } from '@nestjs/common';
import { UsageRetention } from './usage-retention.repository.js';

/** For the process that runs jobs. */
@Module({ providers: [UsageRetention], exports: [UsageRetention] })
export class UsageRetentionModule {}
