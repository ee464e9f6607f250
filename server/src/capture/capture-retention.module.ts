import { Module } from '@nestjs/common';
import { CaptureRetention } from './capture-retention.js';
import { CaptureRepository } from './capture.repository.js';

/** What the process that runs jobs needs of this room. */
@Module({ providers: [CaptureRepository, CaptureRetention], exports: [CaptureRetention] })
export class CaptureRetentionModule {}
