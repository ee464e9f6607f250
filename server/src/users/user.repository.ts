import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { ApiKeyRepository, type NewApiKey } from '../api-keys/api-key.repository.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { effectivePermissions } from '../permissions/effective-permissions.js';
import { callScope } from '../limits/call-scope.js';
import { limitValuesOfColumns } from '../limits/limit-columns.entity.js';
import { subjectLimits } from '../limits/subject-limits.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ONE_TIME_PASSWORD_SETTING } from './first-administrator.js';
import type { UserAccount, UserWithPassword } from './user-account.js';
import { User } from './user.entity.js';

export interface NewAdministrator {
  readonly email: string;
  readonly passwordHash: string;
  readonly mustChangePassword: boolean;
}

/** Users in the database. What changes who may do what is published in the same transaction. */
@Injectable()
export class UserRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly apiKeys: ApiKeyRepository,
    private readonly changes: ChangeFeed,
  ) {}

  async accountsById(ids: readonly number[]): Promise<readonly UserAccount[]> {
    const users = await this.dataSource.manager.findBy(User, { id: In([...ids]) });
    return users.map(account);
  }

  /** `email` in lower case. */
  async findByEmail(email: string): Promise<UserWithPassword | null> {
    const user = await this.dataSource.manager.findOneBy(User, { email });
    return user === null ? null : { account: account(user), passwordHash: user.passwordHash };
  }

  async findWithPassword(id: number): Promise<UserWithPassword | null> {
    const user = await this.dataSource.manager.findOneBy(User, { id });
    return user === null ? null : { account: account(user), passwordHash: user.passwordHash };
  }

  /** The administrator with the lowest id who may sign in. */
  async firstAdministrator(): Promise<UserAccount | null> {
    const user = await this.dataSource.manager.findOne(User, {
      where: { isAdmin: true, isActive: true },
      order: { id: 'ASC' },
    });
    return user === null ? null : account(user);
  }

  async isEmpty(): Promise<boolean> {
    return !(await this.dataSource.manager.exists(User));
  }

  /**
   * The first user of an empty database, with a first key if one is given. Null when there is a user already: of
   * processes that start at once, one makes him.
   */
  async insertFirstAdministrator(
    administrator: NewAdministrator,
    firstKey: Omit<NewApiKey, 'userId'> | null,
  ): Promise<UserAccount | null> {
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.firstStart]);
      if (await transaction.exists(User)) return null;
      const user = await transaction.save(
        transaction.create(User, { ...administrator, isAdmin: true, isActive: true, permissions: [] }),
      );
      if (administrator.mustChangePassword) {
        await transaction.query('insert into settings (key, value) values ($1, to_jsonb($2::integer))', [
          ONE_TIME_PASSWORD_SETTING,
          user.id,
        ]);
      }
      if (firstKey !== null) await this.apiKeys.insert({ ...firstKey, userId: user.id }, transaction);
      await this.changes.publish('principals', transaction);
      return account(user);
    });
  }

  /** Tokens issued before are worth nothing afterwards. */
  async setPassword(id: number, passwordHash: string): Promise<UserAccount | null> {
    return this.dataSource.transaction(async (transaction) => {
      const user = await transaction.findOne(User, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (user === null) return null;
      Object.assign(user, {
        passwordHash,
        mustChangePassword: false,
        credentialsVersion: user.credentialsVersion + 1,
      });
      const saved = await transaction.save(user);
      await this.changes.publish('principals', transaction);
      return account(saved);
    });
  }

  /** False: there is no such user. */
  async setName(id: number, name: string | null): Promise<boolean> {
    return this.dataSource.transaction(async (transaction) => {
      const user = await transaction.findOneBy(User, { id });
      if (user === null) return false;
      await transaction.save(Object.assign(user, { name }));
      await this.changes.publish('principals', transaction);
      return true;
    });
  }

  async recordLogin(id: number): Promise<void> {
    await this.dataSource.query('update users set last_login_at = now() where id = $1', [id]);
  }
}

function account(user: User): UserAccount {
  const values = limitValuesOfColumns(user.limits);
  const scope = callScope(values);
  const limits = subjectLimits({ kind: 'user', id: user.id }, values);
  return Object.freeze({
    id: user.id,
    email: user.email,
    name: user.name,
    isAdmin: user.isAdmin,
    isActive: user.isActive,
    mustChangePassword: user.mustChangePassword,
    credentialsVersion: user.credentialsVersion,
    principal: Object.freeze({
      userId: user.id,
      keyId: null,
      email: user.email,
      isAdmin: user.isAdmin,
      permissions: effectivePermissions(user),
      strict: false,
      scopes: scope === null ? [] : [scope],
      limits: limits === null ? [] : [limits],
    }),
  });
}
