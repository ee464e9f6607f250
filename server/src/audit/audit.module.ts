import { Global, Module } from '@nestjs/common';
import { AuditLog } from './audit-log.js';
import { AuditVerifier } from './audit-verifier.js';
import { AuditController } from './audit.controller.js';
import { AuditRepository } from './internal/audit.repository.js';

/** Global: whoever writes a security-relevant act records it. */
@Global()
@Module({
  controllers: [AuditController],
  providers: [AuditRepository, AuditLog, AuditVerifier],
  exports: [AuditLog, AuditVerifier],
})
export class AuditModule {}
