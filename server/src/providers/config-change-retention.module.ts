import { Module } from '@nestjs/common';
import { ConfigChangeRetention } from './config-change-retention.repository.js';

/** For the process that runs jobs. */
@Module({ providers: [ConfigChangeRetention], exports: [ConfigChangeRetention] })
export class ConfigChangeRetentionModule {}
