import { Injectable } from '@nestjs/common';
import {
  pageOf,
  pageWindow,
  PERMISSIONS,
  type CreatedUser,
  type CreateUserDto,
  type PasswordReset,
  type Permission,
  type PermissionFlags,
  type UpdatePermissionsDto,
  type UpdateUserDto,
  type UserList,
  type UserListQueryDto,
  type UserView,
} from '@ccs/dto';
import type { AuditAction } from '@ccs/dto';
import { AuditLog } from '../audit/audit-log.js';
import type { Principal } from '../auth/principal.js';
import { ValidationFailedError } from '../errors/caller-errors.js';
import { limitValuesOf } from '../limits/limit-values.js';
import { DEFAULT_PERMISSIONS } from '../permissions/effective-permissions.js';
import { checkMayGrant, checkMayManage, checkNotSelf } from '../permissions/user-rules.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { checkNewPassword } from './check-new-password.js';
import { oneTimePassword } from './one-time-password.js';
import { PasswordHasher } from './password-hasher.js';
import {
  UserAdministrationRepository,
  type AlsoWrite,
  type StoredUser,
  type UserChanges,
} from './user-administration.repository.js';

/** Who acts, and from where. */
export interface Administrator {
  readonly principal: Principal;
  readonly address: string;
}

const CODES: readonly Permission[] = PERMISSIONS.map(({ code }) => code);

/** What holders of `users` do with users; the rules between people are in `permissions/user-rules.ts`. */
@Injectable()
export class UserAdministration {
  constructor(
    private readonly repository: UserAdministrationRepository,
    private readonly passwords: PasswordHasher,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditLog,
  ) {}

  async list(query: UserListQueryDto): Promise<UserList> {
    const window = pageWindow({ page: query.page ?? '1', page_size: query.page_size ?? '10' });
    const filter = {
      text: query.q,
      isActive: query.is_active === undefined ? undefined : query.is_active === 'true',
    };
    const { users, total } = await this.repository.list(filter, window);
    const { data, ...paging } = pageOf(users, total, window);
    return { users: data, ...paging };
  }

  async get(id: number): Promise<UserView> {
    return (await this.repository.find(id)).view;
  }

  async create(by: Administrator, dto: CreateUserDto): Promise<CreatedUser> {
    const email = dto.email.trim().toLowerCase();
    const isAdmin = dto.is_admin ?? false;
    const permissions = CODES.filter(
      (code) => dto.permissions?.[code] ?? defaultsGrantedBy(by.principal).includes(code),
    );
    checkMayGrant(by.principal, { isAdmin, permissions });
    if (dto.password !== undefined) await checkNewPassword('/password', dto.password, { email });
    const oneTime = dto.password === undefined ? oneTimePassword() : null;
    const user = await this.repository.insert(
      {
        email,
        name: dto.name?.trim() ?? null,
        passwordHash: await this.passwords.hash(dto.password ?? oneTime ?? ''),
        mustChangePassword: oneTime !== null,
        isAdmin,
        permissions,
        limits: limitValuesOf(dto),
      },
      this.audited(by, 'user.create'),
    );
    await this.changes.catchUp('principals');
    return { ...user, one_time_password: oneTime };
  }

  async update(by: Administrator, id: number, dto: UpdateUserDto): Promise<UserView> {
    const email = dto.email?.trim().toLowerCase();
    if (dto.password !== undefined) {
      const owner = { email: email ?? (await this.repository.find(id)).view.email };
      await checkNewPassword('/password', dto.password, owner);
    }
    const passwordHash = dto.password === undefined ? undefined : await this.passwords.hash(dto.password);
    const limits = limitValuesOf(dto);
    return this.change(by, id, dto.version, 'user.update', ({ standing }) => {
      checkMayManage(by.principal, standing);
      const demotes = standing.isAdmin && dto.is_admin === false;
      if (demotes) checkNotSelf(by.principal, standing, 'demote');
      if (dto.is_active === false) checkNotSelf(by.principal, standing, 'disable');
      if (passwordHash !== undefined) checkNotSelf(by.principal, standing, 'reset the password of');
      if (Object.keys(limits).length > 0 && !by.principal.isAdmin)
        checkNotSelf(by.principal, standing, 'change the limits of');
      if (dto.is_admin === true) checkMayGrant(by.principal, { isAdmin: true, permissions: [] });
      return {
        ...(email === undefined ? {} : { email }),
        ...(dto.name === undefined ? {} : { name: dto.name?.trim() ?? null }),
        ...(dto.is_admin === undefined ? {} : { isAdmin: dto.is_admin }),
        ...(demotes ? { permissions: DEFAULT_PERMISSIONS } : {}),
        ...(dto.is_active === undefined ? {} : { isActive: dto.is_active }),
        ...(passwordHash === undefined ? {} : { passwordHash, mustChangePassword: false }),
        limits,
      };
    });
  }

  /** Those that are named; the others stay. */
  async setPermissions(by: Administrator, id: number, dto: UpdatePermissionsDto): Promise<PermissionFlags> {
    if (dto.user_id !== id) {
      throw new ValidationFailedError([
        { pointer: '/user_id', code: 'mismatch', detail: 'user_id must be the one in the path' },
      ]);
    }
    const user = await this.change(by, id, dto.version, 'user.permissions', (present) => {
      const after = CODES.filter((code) => dto.permissions[code] ?? present.granted.includes(code));
      return permissionChange(by, present, after);
    });
    return user.permissions;
  }

  /** To those that new users have. */
  async resetPermissions(by: Administrator, id: number): Promise<PermissionFlags> {
    const user = await this.change(by, id, undefined, 'user.permissions', (present) => {
      const kept = DEFAULT_PERMISSIONS.filter(
        (code) => present.granted.includes(code) || defaultsGrantedBy(by.principal).includes(code),
      );
      return permissionChange(by, present, kept);
    });
    return user.permissions;
  }

  /** Ends the user's sessions; he must change the new one at his next sign-in. */
  async resetPassword(by: Administrator, id: number): Promise<PasswordReset> {
    const password = oneTimePassword();
    const passwordHash = await this.passwords.hash(password);
    await this.change(by, id, undefined, 'user.reset_password', ({ standing }) => {
      checkMayManage(by.principal, standing);
      checkNotSelf(by.principal, standing, 'reset the password of');
      return { passwordHash, mustChangePassword: true };
    });
    return { success: true, message: 'Password reset successfully', one_time_password: password };
  }

  async delete(by: Administrator, id: number): Promise<void> {
    const check = ({ standing }: StoredUser): void => {
      checkMayManage(by.principal, standing);
      checkNotSelf(by.principal, standing, 'delete');
    };
    await this.repository.delete(id, check, this.audited(by, 'user.delete'));
    await this.changes.catchUp('principals');
  }

  /** In force in this process when it resolves, everywhere within a second. */
  private async change(
    by: Administrator,
    id: number,
    version: number | undefined,
    action: AuditAction,
    decide: (present: StoredUser) => UserChanges,
  ): Promise<UserView> {
    const user = await this.repository.update(id, version, decide, this.audited(by, action));
    await this.changes.catchUp('principals');
    return user;
  }

  private audited({ principal, address }: Administrator, action: AuditAction): AlsoWrite {
    return (transaction, before, after) => {
      const user = after ?? before;
      return this.audit.record(
        {
          action,
          actor: principal,
          address,
          target: user === null ? null : { kind: 'user', id: user.id, name: user.email },
          before: before === null ? null : { ...before },
          after: after === null ? null : { ...after },
        },
        transaction,
      );
    };
  }
}

function permissionChange(by: Administrator, present: StoredUser, after: readonly Permission[]): UserChanges {
  checkMayManage(by.principal, present.standing);
  const added = after.filter((code) => !present.granted.includes(code));
  checkMayGrant(by.principal, { isAdmin: false, permissions: added });
  return { permissions: after };
}

function defaultsGrantedBy(caller: Principal): readonly Permission[] {
  return DEFAULT_PERMISSIONS.filter((code) => caller.permissions.has(code));
}
