import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { JobSchedules } from './job-schedules.js';
import { OpenQueues } from './open-queues.js';
import { queueBackend } from './queue-backend.js';
import { QUEUES } from './queues.js';

/** The queues themselves. Import it where one is filled; the processors are listed in worker-jobs.module.ts. */
@Module({
  imports: [
    BullModule.forRootAsync({
      // The data source, so that the database is up before the first queue asks for it.
      inject: [ENVIRONMENT, DataSource],
      useFactory: (environment: Environment) => queueBackend(environment),
    }),
    BullModule.registerQueue(...Object.values(QUEUES).map((name) => ({ name }))),
  ],
  providers: [JobSchedules, OpenQueues],
  exports: [BullModule, JobSchedules],
})
export class QueueModule {}
