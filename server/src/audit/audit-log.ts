import { Injectable } from '@nestjs/common';
import type { SqlRunner } from '../shared-state/sql-runner.js';
import type { AuditEntry } from './audit-entry.js';
import { AuditRepository } from './internal/audit.repository.js';
import { maskSecrets } from './internal/mask-secrets.js';

/** The audit trail: append-only, chained by hash, `npm run audit:verify` checks it. */
@Injectable()
export class AuditLog {
  constructor(private readonly repository: AuditRepository) {}

  /**
   * Resolves when the entry is stored; an act whose entry cannot be stored must fail. Give the transaction that
   * writes the act itself, as its last statement: entries are written one after another, each until its commit.
   */
  record(entry: AuditEntry, transaction?: SqlRunner): Promise<void> {
    const { action, outcome = 'success', actor, address, target, before, after } = entry;
    return this.repository.append(
      {
        at: new Date(),
        action,
        outcome,
        actorId: actor?.userId ?? null,
        actorEmail: actor?.email ?? null,
        address,
        targetKind: target?.kind ?? null,
        targetId: target === null ? null : String(target.id),
        targetName: target?.name ?? null,
        before: maskSecrets(before),
        after: maskSecrets(after),
      },
      transaction,
    );
  }
}
