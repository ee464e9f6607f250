import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { ApiKeyView, PageWindow } from '@ccs/dto';
import { effectivePermissions } from '../permissions/effective-permissions.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ApiKey } from './api-key.entity.js';
import type { KeyRecord, KeyRefusal } from './key-record.js';

export interface NewApiKey {
  readonly userId: number;
  readonly name: string;
  readonly email: string | null;
  readonly expiresAt: Date | null;
  readonly strict: boolean;
  /** Hex. */
  readonly digest: string;
  readonly keyPrefix: string;
  readonly lastFour: string;
}

export interface ApiKeyFilter {
  /** Null: keys of everybody. */
  readonly ownerId: number | null;
  readonly namePart: string | undefined;
  readonly isActive: boolean | undefined;
}

export interface ApiKeyChanges {
  readonly name?: string;
  readonly email?: string | null;
  readonly isActive?: boolean;
  readonly strict?: boolean;
}

interface DigestRow {
  readonly digest: string;
  readonly key_id: number;
  readonly is_active: boolean;
  readonly strict: boolean;
  readonly expires_at: Date | null;
  readonly deleted_at: Date | null;
  readonly user_id: number | null;
  readonly email: string | null;
  readonly is_admin: boolean | null;
  readonly owner_is_active: boolean | null;
  readonly permissions: string[] | null;
}

/** Keys in the database. What changes who may do what is published in the same transaction. */
@Injectable()
export class ApiKeyRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ChangeFeed,
  ) {}

  /** By hex digest, deleted keys too. One index look-up each. */
  async recordsByDigest(digests: readonly string[]): Promise<ReadonlyMap<string, KeyRecord>> {
    const rows = await this.dataSource.query<DigestRow[]>(
      `select encode(k.digest, 'hex') as digest, k.id as key_id, k.is_active, k.strict, k.expires_at,
              k.deleted_at, u.id as user_id, u.email, u.is_admin, u.is_active as owner_is_active, u.permissions
         from api_keys k left join users u on u.id = k.user_id
        where k.digest = any($1::bytea[])`,
      [digests.map((digest) => Buffer.from(digest, 'hex'))],
    );
    return new Map(rows.map((row) => [row.digest, keyRecord(row)]));
  }

  /** `transaction`: join one that runs already. */
  async insert(key: NewApiKey, transaction?: EntityManager): Promise<ApiKeyView> {
    if (transaction === undefined) return this.dataSource.transaction((own) => this.insert(key, own));
    const { digest, ...columns } = key;
    const saved = await transaction.save(
      transaction.create(ApiKey, { ...columns, digest: Buffer.from(digest, 'hex'), isActive: true }),
    );
    await this.changes.publish('principals', transaction);
    return view(saved);
  }

  async list(filter: ApiKeyFilter, window: PageWindow): Promise<{ data: ApiKeyView[]; total: number }> {
    const [keys, total] = await this.visible(filter)
      .orderBy('key.id', 'DESC')
      .skip(window.offset)
      .take(window.limit)
      .getManyAndCount();
    return { data: keys.map(view), total };
  }

  async find(id: number, ownerId: number | null): Promise<ApiKeyView | null> {
    const key = await this.dataSource.manager.findOneBy(ApiKey, visibleOne(id, ownerId));
    return key === null ? null : view(key);
  }

  /** Null: there is no such key for this owner. */
  async update(id: number, ownerId: number | null, changes: ApiKeyChanges): Promise<ApiKeyView | null> {
    return this.change(id, ownerId, (key) => Object.assign(key, changes));
  }

  /** Whether there was such a key. */
  async delete(id: number, ownerId: number | null): Promise<boolean> {
    const deleted = await this.change(id, ownerId, (key) =>
      Object.assign(key, { deletedAt: new Date(), isActive: false, name: '', email: null }),
    );
    return deleted !== null;
  }

  /** Moves `last_used_at` forward; ids that are gone are passed over. Safe to repeat. */
  async markUsed(uses: readonly { readonly keyId: number; readonly usedAtMs: number }[]): Promise<void> {
    await this.dataSource.query(
      `update api_keys k set last_used_at = greatest(k.last_used_at, to_timestamp(u.used_at_ms / 1000.0))
         from unnest($1::integer[], $2::double precision[]) as u (id, used_at_ms)
        where k.id = u.id`,
      [uses.map((use) => use.keyId), uses.map((use) => use.usedAtMs)],
    );
  }

  private change(
    id: number,
    ownerId: number | null,
    apply: (key: ApiKey) => ApiKey,
  ): Promise<ApiKeyView | null> {
    return this.dataSource.transaction(async (transaction) => {
      const lock = { mode: 'pessimistic_write' } as const;
      const key = await transaction.findOne(ApiKey, { where: visibleOne(id, ownerId), lock });
      if (key === null) return null;
      const saved = await transaction.save(apply(key));
      await this.changes.publish('principals', transaction);
      return view(saved);
    });
  }

  private visible({ ownerId, namePart, isActive }: ApiKeyFilter): SelectQueryBuilder<ApiKey> {
    const query = this.dataSource.manager.createQueryBuilder(ApiKey, 'key').where('key.deleted_at is null');
    if (ownerId !== null) query.andWhere('key.user_id = :ownerId', { ownerId });
    if (isActive !== undefined) query.andWhere('key.is_active = :isActive', { isActive });
    if (namePart !== undefined && namePart !== '') {
      query.andWhere('key.name ilike :pattern', { pattern: `%${namePart.replace(/[\\%_]/g, '\\$&')}%` });
    }
    return query;
  }
}

const visibleOne = (id: number, ownerId: number | null) => ({
  id,
  deletedAt: IsNull(),
  ...(ownerId === null ? {} : { userId: ownerId }),
});

function keyRecord(row: DigestRow): KeyRecord {
  const refusal = refusalOf(row);
  const expiresAtMs = row.expires_at?.getTime() ?? Infinity;
  if (refusal !== null || row.user_id === null || row.email === null) {
    return { standing: { known: true, principal: null, refusal: refusal ?? 'owner_disabled' }, expiresAtMs };
  }
  const isAdmin = row.is_admin === true;
  const principal = Object.freeze({
    userId: row.user_id,
    keyId: row.key_id,
    email: row.email,
    isAdmin,
    permissions: effectivePermissions({ isAdmin, permissions: row.permissions ?? [] }),
    strict: row.strict,
  });
  return { standing: { known: true, principal, refusal: null }, expiresAtMs };
}

function refusalOf(row: DigestRow): KeyRefusal | null {
  if (row.deleted_at !== null) return 'deleted';
  if (!row.is_active) return 'disabled';
  return row.owner_is_active === true ? null : 'owner_disabled';
}

function view(key: ApiKey): ApiKeyView {
  return {
    id: key.id,
    key_prefix: key.keyPrefix,
    last_four: key.lastFour,
    name: key.name,
    email: key.email,
    user_id: key.userId,
    is_active: key.isActive,
    strict: key.strict,
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    created_at: key.createdAt.toISOString(),
    updated_at: key.updatedAt.toISOString(),
  };
}
