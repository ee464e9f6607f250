import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { PricesModule } from '../usage/prices.module.js';
import { RequestRecords } from './internal/request-records.repository.js';
import { StatsThread } from './internal/stats-thread.js';
import { LiveTail } from './live-tail.js';
import { RequestExportService } from './request-export.service.js';
import { RequestLogController } from './request-log.controller.js';
import { RequestLogService } from './request-log.service.js';
import { StatsDatabase } from './stats-database.repository.js';
import { StatsController } from './stats.controller.js';
import { StatsService } from './stats.service.js';

/** Who used what, and what it cost: figures out of the roll-ups, and the request log. */
@Module({
  imports: [AuthModule, PricesModule],
  controllers: [StatsController, RequestLogController],
  providers: [
    {
      provide: StatsDatabase,
      inject: [ENVIRONMENT],
      useFactory: ({ databaseUrl }: Environment) => new StatsDatabase(databaseUrl.reveal()),
    },
    StatsThread,
    StatsService,
    RequestRecords,
    RequestLogService,
    RequestExportService,
    LiveTail,
  ],
})
export class StatsModule {}
