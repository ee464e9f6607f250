import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QueueModule } from '../queue/queue.module.js';
import { ApiKeyDigest } from './api-key-digest.js';
import { ApiKeyDirectory } from './api-key-directory.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { KeyRecordsRepository } from './key-records.repository.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { LastUsedMarks } from './last-used-marks.js';

@Module({
  imports: [TypeOrmModule.forFeature([ApiKey]), QueueModule],
  controllers: [ApiKeysController],
  providers: [
    ApiKeyRepository,
    KeyRecordsRepository,
    ApiKeyDigest,
    ApiKeyDirectory,
    ApiKeysService,
    LastUsedMarks,
  ],
  exports: [ApiKeyRepository, ApiKeyDirectory, ApiKeysService, LastUsedMarks],
})
export class ApiKeysModule {}
