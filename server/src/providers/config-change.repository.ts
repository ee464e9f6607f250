import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AuditAction, ConfigChangeView, PageWindow } from '@ccs/dto';
import { AuditLog } from '../audit/audit-log.js';
import type { ConfigChange } from './config-change.js';

interface ChangeRow {
  readonly id: string;
  readonly at: Date;
  readonly source: 'api' | 'file';
  readonly actor_id: number | null;
  readonly actor_email: string | null;
  readonly area: ConfigChange['area'];
  readonly act: ConfigChange['act'];
  readonly target: string | null;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

export interface ChangeFilter {
  readonly area?: ConfigChange['area'] | undefined;
  /** A provider's name. */
  readonly target?: string | undefined;
  readonly actorId?: number | undefined;
}

/** What was changed in the configuration, by whom: for people who look for a cause, and for the audit trail. */
@Injectable()
export class ConfigChangeRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** Call it last in the transaction: the audit trail is written by one at a time until the commit. */
  async record(transaction: EntityManager, changes: readonly ConfigChange[]): Promise<void> {
    for (const change of changes) await this.insert(transaction, change);
    for (const { area, act, author, target, before, after } of changes) {
      await this.audit.record(
        {
          action: area === 'config' ? 'config.update' : (`provider.${act}` satisfies AuditAction),
          actor: author.source === 'file' ? { userId: null, email: 'provider.json' } : author,
          address: author.address,
          target:
            target === null
              ? null
              : { kind: 'provider', id: target.id, name: `${target.name} (${target.format})` },
          before,
          after,
        },
        transaction,
      );
    }
  }

  /** Newest first. */
  async list(
    { area, target, actorId }: ChangeFilter,
    { limit, offset }: PageWindow,
  ): Promise<{ data: ConfigChangeView[]; total: number }> {
    const where = `where ($1::text is null or area = $1) and ($2::text is null or target = $2)
      and ($3::integer is null or actor_id = $3)`;
    const filter = [area ?? null, target ?? null, actorId ?? null];
    const rows = await this.dataSource.query<ChangeRow[]>(
      `select * from config_changes ${where} order by id desc limit $4 offset $5`,
      [...filter, limit, offset],
    );
    const [count] = await this.dataSource.query<{ total: number }[]>(
      `select count(*)::integer as total from config_changes ${where}`,
      filter,
    );
    return { data: rows.map(view), total: count?.total ?? 0 };
  }

  private async insert(transaction: EntityManager, change: ConfigChange): Promise<void> {
    const { area, act, author, target } = change;
    const json = (fields: ConfigChange['before']): string | null =>
      fields === null ? null : JSON.stringify(fields);
    await transaction.query(
      `insert into config_changes (source, actor_id, actor_email, area, act, target, before, after)
       values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb)`,
      [
        author.source,
        author.userId,
        author.email,
        area,
        act,
        target?.name ?? null,
        json(change.before),
        json(change.after),
      ],
    );
  }
}

function view(row: ChangeRow): ConfigChangeView {
  const before = row.before ?? {};
  const after = row.after ?? {};
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((field) => ({
    field,
    before: before[field] ?? null,
    after: after[field] ?? null,
  }));
  return {
    id: Number(row.id),
    at: row.at.toISOString(),
    source: row.source,
    actor_id: row.actor_id,
    actor_email: row.actor_email,
    area: row.area,
    act: row.act,
    target: row.target,
    fields,
  };
}
