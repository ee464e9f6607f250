import { Injectable } from '@nestjs/common';
import { PERMISSIONS, type PageWindow, type PermissionFlags, type UserView } from '@ccs/dto';
import { DataSource, type EntityManager } from 'typeorm';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { ConflictError, NotFoundError, VersionConflictError } from '../errors/caller-errors.js';
import { LimitColumns, limitValuesOfColumns } from '../limits/limit-columns.entity.js';
import { limitFieldsOf, type LimitValues } from '../limits/limit-values.js';
import { effectivePermissions } from '../permissions/effective-permissions.js';
import type { Standing } from '../permissions/user-rules.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import type { SqlRunner } from '../shared-state/sql-runner.js';
import { User } from './user.entity.js';

export interface UserFilter {
  /** In the e-mail or the name, in any case. */
  readonly text?: string | undefined;
  readonly isActive?: boolean | undefined;
}

export interface NewUser {
  readonly email: string;
  readonly name: string | null;
  readonly passwordHash: string | null;
  readonly mustChangePassword: boolean;
  readonly isAdmin: boolean;
  readonly permissions: readonly string[];
  readonly limits: Partial<LimitValues>;
}

export interface UserChanges {
  readonly email?: string;
  readonly name?: string | null;
  readonly isAdmin?: boolean;
  readonly isActive?: boolean;
  readonly permissions?: readonly string[];
  readonly passwordHash?: string;
  readonly mustChangePassword?: boolean;
  readonly limits?: Partial<LimitValues>;
}

/** What a rule looks at before a change is made. */
export interface StoredUser {
  readonly view: UserView;
  readonly standing: Standing;
  /** Granted codes, whatever he is. */
  readonly granted: readonly string[];
}

/** Runs in the transaction of a change, as its last statement. */
export type AlsoWrite = (
  transaction: SqlRunner,
  before: UserView | null,
  after: UserView | null,
) => Promise<void>;

/** Users in the database, for those who administer them. Every change is published in its own transaction. */
@Injectable()
export class UserAdministrationRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ChangeFeed,
  ) {}

  /** By e-mail. */
  async list(
    { text, isActive }: UserFilter,
    { limit, offset }: PageWindow,
  ): Promise<{ users: readonly UserView[]; total: number }> {
    const query = this.dataSource.manager.createQueryBuilder(User, 'user');
    if (text !== undefined && text.trim() !== '') {
      const part = `%${text.trim().replace(/[\\%_]/g, '\\$&')}%`;
      query.andWhere('(user.email ilike :part or user.name ilike :part)', { part });
    }
    if (isActive !== undefined) query.andWhere('user.isActive = :isActive', { isActive });
    const [users, total] = await query.orderBy('user.email').skip(offset).take(limit).getManyAndCount();
    return { users: users.map(view), total };
  }

  /** @throws NotFoundError */
  async find(id: number): Promise<StoredUser> {
    return stored(existing(await this.dataSource.manager.findOneBy(User, { id })));
  }

  /** @throws ConflictError when the e-mail belongs to somebody */
  insert(user: NewUser, alsoWrite: AlsoWrite): Promise<UserView> {
    return this.writing(async (transaction) => {
      const { limits, permissions, ...columns } = user;
      const saved = await transaction.save(
        transaction.create(User, {
          ...columns,
          permissions: [...permissions],
          isActive: true,
          limits: limitValuesOfColumns(limits),
        }),
      );
      const after = view(saved);
      await alsoWrite(transaction, null, after);
      return after;
    });
  }

  /**
   * `decide` looks at the user as he is, locked, and says what to change.
   *
   * @throws NotFoundError, VersionConflictError, ConflictError for the last administrator or a taken e-mail
   */
  update(
    id: number,
    version: number | undefined,
    decide: (present: StoredUser) => UserChanges,
    alsoWrite: AlsoWrite,
  ): Promise<UserView> {
    return this.writing(async (transaction) => {
      const user = await lock(transaction, id);
      const before = view(user);
      if (version !== undefined && version !== user.version) throw new VersionConflictError(before);
      const { limits, permissions, ...changes } = decide(stored(user));
      const wasAdministrator = user.isAdmin && user.isActive;
      const endsSessions =
        changes.passwordHash !== undefined || (user.isActive && changes.isActive === false);
      Object.assign(user, changes, {
        ...(permissions === undefined ? {} : { permissions: [...permissions] }),
        ...(endsSessions ? { credentialsVersion: user.credentialsVersion + 1 } : {}),
        limits: Object.assign(new LimitColumns(), limitValuesOfColumns(user.limits), limits),
      });
      if (wasAdministrator && !(user.isAdmin && user.isActive)) await keepAnAdministrator(transaction, id);
      const after = view(await transaction.save(user));
      await alsoWrite(transaction, before, after);
      return after;
    });
  }

  /**
   * Disables his keys and takes him away; what he used stays recorded.
   *
   * @throws NotFoundError, ConflictError for the last administrator
   */
  delete(id: number, check: (present: StoredUser) => void, alsoWrite: AlsoWrite): Promise<void> {
    return this.writing(async (transaction) => {
      const user = await lock(transaction, id);
      const before = view(user);
      check(stored(user));
      if (user.isAdmin && user.isActive) await keepAnAdministrator(transaction, id);
      await transaction.query(
        'update api_keys set is_active = false, updated_at = now() where user_id = $1',
        [id],
      );
      await transaction.remove(user);
      await alsoWrite(transaction, before, null);
    });
  }

  private async writing<T>(work: (transaction: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.dataSource.transaction(async (transaction) => {
        await this.changes.publish('principals', transaction);
        return work(transaction);
      });
    } catch (error) {
      if (isTakenEmail(error)) throw new ConflictError('Email already registered');
      throw error;
    }
  }
}

async function lock(transaction: EntityManager, id: number): Promise<User> {
  return existing(await transaction.findOne(User, { where: { id }, lock: { mode: 'pessimistic_write' } }));
}

/** One at a time, so that of two who demote each other one fails. */
async function keepAnAdministrator(transaction: EntityManager, exceptId: number): Promise<void> {
  await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.administrators]);
  const [row] = await transaction.query<{ others: number }[]>(
    'select count(*)::integer as others from users where is_admin and is_active and id <> $1',
    [exceptId],
  );
  if (row?.others === 0)
    throw new ConflictError('The last active administrator cannot be removed, disabled or demoted');
}

function existing(user: User | null): User {
  if (user === null) throw new NotFoundError('User not found');
  return user;
}

function isTakenEmail(error: unknown): boolean {
  return (
    error instanceof Error &&
    'driverError' in error &&
    typeof error.driverError === 'object' &&
    error.driverError !== null &&
    'constraint' in error.driverError &&
    error.driverError.constraint === 'users_email_key'
  );
}

function stored(user: User): StoredUser {
  return {
    view: view(user),
    standing: { userId: user.id, isAdmin: user.isAdmin, permissions: effectivePermissions(user) },
    granted: user.permissions,
  };
}

function view(user: User): UserView {
  const permissions = effectivePermissions(user);
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    is_admin: user.isAdmin,
    is_active: user.isActive,
    must_change_password: user.mustChangePassword,
    has_password: user.passwordHash !== null,
    // The table has every permission exactly once.
    permissions: Object.fromEntries(
      PERMISSIONS.map(({ code }) => [code, permissions.has(code)]),
    ) as unknown as PermissionFlags,
    ...limitFieldsOf(limitValuesOfColumns(user.limits)),
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
    last_login_at: user.lastLoginAt?.toISOString() ?? null,
    version: user.version,
  };
}
