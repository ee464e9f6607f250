import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { ApiKeySort, ApiKeyView, PageWindow, Permission } from '@ccs/dto';
import { VersionConflictError } from '../errors/caller-errors.js';
import { LimitColumns, limitValuesOfColumns } from '../limits/limit-columns.entity.js';
import { limitFieldsOf, type LimitValues } from '../limits/limit-values.js';
import { effectivePermissions } from '../permissions/effective-permissions.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ApiKey } from './api-key.entity.js';

/** What stands for a secret. */
export interface StoredSecret {
  /** Hex. */
  readonly digest: string;
  readonly keyPrefix: string;
  readonly lastFour: string;
}

export interface NewApiKey extends StoredSecret {
  readonly userId: number;
  readonly name: string;
  readonly email: string | null;
  readonly expiresAt: Date | null;
  readonly strict: boolean;
  /** Left out: it is. */
  readonly isActive?: boolean;
  readonly limits?: Partial<LimitValues>;
}

export interface ApiKeyFilter {
  /** Null: keys of everybody. */
  readonly ownerId: number | null;
  readonly userId?: number | undefined;
  readonly namePart?: string | undefined;
  /** In the name, the addresses, or what is shown of the key. */
  readonly text?: string | undefined;
  readonly isActive?: boolean | undefined;
}

export interface ApiKeyOrder {
  readonly by: ApiKeySort;
  readonly descending: boolean;
}

export interface ApiKeyChanges {
  readonly name?: string;
  readonly email?: string | null;
  readonly isActive?: boolean;
  readonly strict?: boolean;
  readonly expiresAt?: Date | null;
  readonly limits?: Partial<LimitValues>;
}

/** More to write in the same transaction: the key as it was and as it is. */
export type AlsoWriteKey = (
  transaction: EntityManager,
  before: ApiKeyView | null,
  after: ApiKeyView | null,
) => Promise<void>;

export interface KeyOwner {
  readonly isAdmin: boolean;
  readonly isActive: boolean;
  readonly permissions: ReadonlySet<Permission>;
}

const SORT_COLUMNS: Readonly<Record<ApiKeySort, string>> = {
  created_at: 'key.createdAt',
  name: 'key.name',
  last_used_at: 'key.lastUsedAt',
  expires_at: 'key.expiresAt',
};

/** Keys in the database. What changes who may do what is published in the same transaction. */
@Injectable()
export class ApiKeyRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ChangeFeed,
  ) {}

  /** In a transaction of its own. */
  create(key: NewApiKey, alsoWrite: AlsoWriteKey): Promise<ApiKeyView> {
    return this.dataSource.transaction(async (transaction) => {
      const created = await this.insert(key, transaction);
      await alsoWrite(transaction, null, created);
      return created;
    });
  }

  /** In one that runs already. */
  async insert(key: NewApiKey, transaction: EntityManager): Promise<ApiKeyView> {
    const { digest, limits, ...columns } = key;
    const saved = await transaction.save(
      transaction.create(ApiKey, {
        isActive: true,
        ...columns,
        digest: Buffer.from(digest, 'hex'),
        limits: limitValuesOfColumns(limits),
      }),
    );
    await this.changes.publish('principals', transaction);
    return view(saved);
  }

  async list(
    filter: ApiKeyFilter,
    order: ApiKeyOrder,
    window: PageWindow,
  ): Promise<{ data: ApiKeyView[]; total: number }> {
    const direction = order.descending ? 'DESC' : 'ASC';
    const [keys, total] = await this.visible(filter)
      .orderBy(SORT_COLUMNS[order.by], direction, 'NULLS LAST')
      .addOrderBy('key.id', direction)
      .skip(window.offset)
      .take(window.limit)
      .getManyAndCount();
    return { data: keys.map(view), total };
  }

  async find(id: number, ownerId: number | null): Promise<ApiKeyView | null> {
    const key = await this.dataSource.manager.findOneBy(ApiKey, visibleOne(id, ownerId));
    return key === null ? null : view(key);
  }

  /** Null: there is no such user. */
  async owner(userId: number): Promise<KeyOwner | null> {
    const [row] = await this.dataSource.query<
      { is_admin: boolean; is_active: boolean; permissions: string[] }[]
    >('select is_admin, is_active, permissions from users where id = $1', [userId]);
    if (row === undefined) return null;
    const { is_admin: isAdmin, is_active: isActive, permissions } = row;
    return { isAdmin, isActive, permissions: effectivePermissions({ isAdmin, permissions }) };
  }

  /**
   * Null: there is no such key for this owner.
   *
   * @throws VersionConflictError when `version` is not the present one
   */
  async update(
    id: number,
    ownerId: number | null,
    { limits, ...columns }: ApiKeyChanges,
    version: number | undefined,
    alsoWrite: AlsoWriteKey,
  ): Promise<ApiKeyView | null> {
    return this.change(id, ownerId, alsoWrite, (key) => {
      if (version !== undefined && version !== key.version) throw new VersionConflictError(view(key));
      return Object.assign(key, columns, {
        limits: Object.assign(new LimitColumns(), limitValuesOfColumns(key.limits), limits),
      });
    });
  }

  /** Gives the key a new secret; the present one goes on until `formerValidUntil`, any before it ends now. */
  async replaceSecret(
    id: number,
    ownerId: number | null,
    secret: StoredSecret,
    formerValidUntil: Date,
    alsoWrite: AlsoWriteKey,
  ): Promise<ApiKeyView | null> {
    return this.change(id, ownerId, alsoWrite, async (key, transaction) => {
      await transaction.query(
        `update retired_api_key_secrets set valid_until = least(valid_until, now()) where api_key_id = $1`,
        [id],
      );
      await transaction.query(
        `insert into retired_api_key_secrets (digest, api_key_id, valid_until) values ($1, $2, $3)`,
        [key.digest, id, formerValidUntil],
      );
      const { digest, keyPrefix, lastFour } = secret;
      return Object.assign(key, { digest: Buffer.from(digest, 'hex'), keyPrefix, lastFour });
    });
  }

  /** Whether there was such a key. */
  async delete(id: number, ownerId: number | null, alsoWrite: AlsoWriteKey): Promise<boolean> {
    const goneNow: AlsoWriteKey = (transaction, before) => alsoWrite(transaction, before, null);
    const deleted = await this.change(id, ownerId, goneNow, (key) =>
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
    alsoWrite: AlsoWriteKey,
    apply: (key: ApiKey, transaction: EntityManager) => ApiKey | Promise<ApiKey>,
  ): Promise<ApiKeyView | null> {
    return this.dataSource.transaction(async (transaction) => {
      const lock = { mode: 'pessimistic_write' } as const;
      const key = await transaction.findOne(ApiKey, { where: visibleOne(id, ownerId), lock });
      if (key === null) return null;
      const before = view(key);
      const saved = await transaction.save(await apply(key, transaction));
      await this.changes.publish('principals', transaction);
      const after = view(saved);
      await alsoWrite(transaction, before, after);
      return after;
    });
  }

  private visible({ ownerId, userId, namePart, text, isActive }: ApiKeyFilter): SelectQueryBuilder<ApiKey> {
    const query = this.dataSource.manager.createQueryBuilder(ApiKey, 'key').where('key.deleted_at is null');
    if (ownerId !== null) query.andWhere('key.user_id = :ownerId', { ownerId });
    if (userId !== undefined) query.andWhere('key.user_id = :userId', { userId });
    if (isActive !== undefined) query.andWhere('key.is_active = :isActive', { isActive });
    if (namePart !== undefined && namePart !== '') {
      query.andWhere('key.name ilike :namePattern', { namePattern: containing(namePart) });
    }
    if (text !== undefined && text !== '') {
      query.andWhere(
        `(key.name ilike :pattern or key.email ilike :pattern or key.key_prefix ilike :pattern
          or key.last_four ilike :pattern
          or exists (select 1 from users u where u.id = key.user_id and u.email ilike :pattern))`,
        { pattern: containing(text) },
      );
    }
    return query;
  }
}

const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

const visibleOne = (id: number, ownerId: number | null) => ({
  id,
  deletedAt: IsNull(),
  ...(ownerId === null ? {} : { userId: ownerId }),
});

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
    ...limitFieldsOf(limitValuesOfColumns(key.limits)),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    created_at: key.createdAt.toISOString(),
    updated_at: key.updatedAt.toISOString(),
    version: key.version,
  };
}
