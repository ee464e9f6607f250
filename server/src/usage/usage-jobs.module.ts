import { Module } from '@nestjs/common';
import { QueueModule } from '../queue/queue.module.js';
import { UsagePartitions } from './usage-partitions.js';
import { UsageStoreModule } from './usage-store.module.js';
import { UsageProcessor } from './usage.processor.js';

/** The jobs of this room, for the process that runs jobs. */
@Module({
  imports: [QueueModule, UsageStoreModule],
  providers: [UsageProcessor, UsagePartitions],
})
export class UsageJobsModule {}
