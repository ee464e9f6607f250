import { Module } from '@nestjs/common';
import { UsageStore } from './usage-store.repository.js';

/** Usage in the database, for whoever ships it and whoever counts it. */
@Module({ providers: [UsageStore], exports: [UsageStore] })
export class UsageStoreModule {}
