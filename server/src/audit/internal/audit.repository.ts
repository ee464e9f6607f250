import { Injectable } from '@nestjs/common';
import type { PageWindow } from '@ccs/dto';
import { DataSource } from 'typeorm';
import { ADVISORY_LOCKS } from '../../database/advisory-locks.js';
import type { SqlRunner } from '../../shared-state/sql-runner.js';
import type { AuditEvent } from '../audit-entry.js';
import { CHAIN_START, chainHash } from './hash-chain.js';

export interface AuditFilter {
  readonly action?: string;
  readonly outcome?: string;
  readonly actorId?: number;
  readonly targetKind?: string;
  readonly targetId?: string;
  readonly text?: string;
  readonly from?: Date;
  readonly to?: Date;
}

const COLUMNS = `id::float8 as id, at, action, outcome, actor_id as "actorId", actor_email as "actorEmail", address,
  target_kind as "targetKind", target_id as "targetId", target_name as "targetName", before, after, hash`;

/** The trail in the database. Appends come one after another, each at the end of its transaction. */
@Injectable()
export class AuditRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** With `transaction` the event is there if and only if what it tells of is. */
  async append(event: Omit<AuditEvent, 'id' | 'hash'>, transaction?: SqlRunner): Promise<void> {
    if (transaction === undefined) return this.dataSource.transaction((own) => this.append(event, own));
    await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.audit]);
    // As the queries are written.
    const [last] = (await transaction.query(
      'select id::float8 as id, hash from audit_events order by id desc limit 1',
    )) as { id: number; hash: Buffer }[];
    const numbered = { ...event, id: (last?.id ?? 0) + 1 };
    await transaction.query(
      `insert into audit_events (id, at, action, outcome, actor_id, actor_email, address, target_kind, target_id,
                                 target_name, before, after, hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        numbered.id,
        numbered.at,
        numbered.action,
        numbered.outcome,
        numbered.actorId,
        numbered.actorEmail,
        numbered.address,
        numbered.targetKind,
        numbered.targetId,
        numbered.targetName,
        numbered.before === null ? null : JSON.stringify(numbered.before),
        numbered.after === null ? null : JSON.stringify(numbered.after),
        chainHash(last?.hash ?? CHAIN_START, numbered),
      ],
    );
  }

  /** Newest first. */
  async list(
    filter: AuditFilter,
    { limit, offset }: PageWindow,
  ): Promise<{ data: readonly AuditEvent[]; total: number }> {
    const { where, values } = conditions(filter);
    const [counted] = await this.dataSource.query<{ total: number }[]>(
      `select count(*)::integer as total from audit_events ${where}`,
      values,
    );
    const data = await this.dataSource.query<AuditEvent[]>(
      `select ${COLUMNS} from audit_events ${where} order by id desc
       limit $${values.length + 1} offset $${values.length + 2}`,
      [...values, limit, offset],
    );
    return { data, total: counted?.total ?? 0 };
  }

  /** Those that follow `afterId`, in order. */
  following(afterId: number, limit: number): Promise<readonly AuditEvent[]> {
    return this.dataSource.query<AuditEvent[]>(
      `select ${COLUMNS} from audit_events where id > $1 order by id limit $2`,
      [afterId, limit],
    );
  }
}

function conditions(filter: AuditFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    parts.push(condition(`$${values.length}`));
  };
  add(filter.action, (p) => `action = ${p}`);
  add(filter.outcome, (p) => `outcome = ${p}`);
  add(filter.actorId, (p) => `actor_id = ${p}`);
  add(filter.targetKind, (p) => `target_kind = ${p}`);
  add(filter.targetId, (p) => `target_id = ${p}`);
  add(filter.from, (p) => `at >= ${p}`);
  add(filter.to, (p) => `at < ${p}`);
  const text = filter.text?.replace(/[\\%_]/g, '\\$&');
  add(
    text === undefined ? undefined : `%${text}%`,
    (p) => `(actor_email ilike ${p} or target_name ilike ${p})`,
  );
  return { where: parts.length === 0 ? '' : `where ${parts.join(' and ')}`, values };
}
