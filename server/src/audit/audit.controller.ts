import { Controller, Get, Query } from '@nestjs/common';
import { AuditQueryDto, pageOf, pageWindow, type AuditEventView, type Page } from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import type { AuditEvent } from './audit-entry.js';
import { AuditRepository } from './internal/audit.repository.js';

@Controller('api/audit')
@SessionAccess('config')
export class AuditController {
  constructor(private readonly repository: AuditRepository) {}

  @Get()
  async list(@Query() query: AuditQueryDto): Promise<Page<AuditEventView>> {
    const window = pageWindow(query);
    const { data, total } = await this.repository.list(
      {
        action: query.action,
        outcome: query.outcome,
        actorId: query.actor_id === undefined ? undefined : Number(query.actor_id),
        targetKind: query.target_kind,
        targetId: query.target_id,
        text: query.q,
        from: query.date_from === undefined ? undefined : new Date(query.date_from),
        to: query.date_to === undefined ? undefined : new Date(query.date_to),
      },
      window,
    );
    return pageOf(data.map(view), total, window);
  }
}

function view(event: AuditEvent): AuditEventView {
  return {
    id: event.id,
    at: event.at.toISOString(),
    action: event.action,
    outcome: event.outcome,
    actor_id: event.actorId,
    actor_email: event.actorEmail,
    address: event.address,
    target_kind: event.targetKind,
    target_id: event.targetId,
    target_name: event.targetName,
    before: event.before,
    after: event.after,
    hash: event.hash.toString('hex'),
  };
}
