import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QueueModule } from '../queue/queue.module.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { LastUsedProcessor } from './last-used.processor.js';

/** The jobs of this room, for the process that runs jobs. */
@Module({
  imports: [TypeOrmModule.forFeature([ApiKey]), QueueModule],
  providers: [ApiKeyRepository, LastUsedProcessor],
})
export class ApiKeyJobsModule {}
