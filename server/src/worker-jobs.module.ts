import { Module } from '@nestjs/common';
import { ApiKeyJobsModule } from './api-keys/api-key-jobs.module.js';
import { UsageJobsModule } from './usage/usage-jobs.module.js';

/** Everything that runs jobs: in the worker process, or in the answering one when it hosts the worker. */
@Module({ imports: [ApiKeyJobsModule, UsageJobsModule] })
export class WorkerJobsModule {}
