import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { ENVIRONMENT } from '../config/environment.js';
import { openQueueBackend } from './queue-backend.js';
import { QUEUES } from './queues.js';

/** The queues themselves. Import it where one is filled; the processors are listed in worker-jobs.module.ts. */
@Module({
  imports: [
    BullModule.forRootAsync({ inject: [ENVIRONMENT], useFactory: openQueueBackend }),
    BullModule.registerQueue(...Object.values(QUEUES).map((name) => ({ name }))),
  ],
  exports: [BullModule],
})
export class QueueModule {}
