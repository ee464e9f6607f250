import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { UsersModule } from '../users/users.module.js';
import { CaptureRulesService } from './capture-rules.service.js';
import { CaptureController } from './capture.controller.js';
import { CaptureRepository } from './capture.repository.js';
import { Captures } from './captures.js';

@Module({
  imports: [ApiKeysModule, AuditModule, UsersModule],
  controllers: [CaptureController],
  providers: [CaptureRepository, Captures, CaptureRulesService],
  exports: [Captures, CaptureRepository],
})
export class CaptureModule {}
