import { Module } from '@nestjs/common';
import { QueueModule } from '../queue/queue.module.js';
import { PricesModule } from './prices.module.js';
import { UsageJournal } from './usage-journal.js';
import { UsageRecorder } from './usage-recorder.js';
import { UsageShipper } from './usage-shipper.js';
import { UsageStoreModule } from './usage-store.module.js';

/** One record of every call: what the answering process needs. */
@Module({
  imports: [PricesModule, QueueModule, UsageStoreModule],
  providers: [UsageShipper, UsageJournal, UsageRecorder],
  exports: [UsageRecorder, UsageJournal],
})
export class UsageModule {}
