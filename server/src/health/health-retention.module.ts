import { Module } from '@nestjs/common';
import { HealthRetention } from './health-retention.repository.js';

/** For the process that runs jobs. */
@Module({ providers: [HealthRetention], exports: [HealthRetention] })
export class HealthRetentionModule {}
