import { Injectable } from '@nestjs/common';
import type { LinkedAccounts } from '@ccs/dto';
import { AuditLog } from '../audit/audit-log.js';
import type { Principal } from '../auth/principal.js';
import { NotFoundError } from '../errors/caller-errors.js';
import { checkMayManage } from '../permissions/user-rules.js';
import type { UserAccount } from '../users/user-account.js';
import type { Administrator } from '../users/user-administration.js';
import { UserRepository } from '../users/user.repository.js';
import { linkedAccountsView } from './linked-account-view.js';
import { LinkedAccountRepository } from './linked-account.repository.js';

/** What holders of `users` see and take away of other people's linked accounts, by the rules between people. */
@Injectable()
export class UserLinksService {
  constructor(
    private readonly users: UserRepository,
    private readonly links: LinkedAccountRepository,
    private readonly audit: AuditLog,
  ) {}

  /** Throws `NotFoundError`, `PermissionDeniedError`. */
  async list(caller: Principal, userId: number): Promise<LinkedAccounts> {
    const user = await this.managed(caller, userId);
    return linkedAccountsView(await this.links.listOf(user.id));
  }

  /** Also the last way in: a new password can be set. Throws `NotFoundError`, `PermissionDeniedError`. */
  async unlink({ principal, address }: Administrator, userId: number, id: number): Promise<void> {
    const user = await this.managed(principal, userId);
    await this.links.unlink(user.id, id, null, ({ provider, label }, transaction) =>
      this.audit.record(
        {
          action: 'account.unlink',
          actor: principal,
          address,
          target: { kind: 'user', id: user.id, name: user.email },
          before: { linked_account: id, provider, label },
        },
        transaction,
      ),
    );
  }

  private async managed(caller: Principal, userId: number): Promise<UserAccount> {
    const [user] = await this.users.accountsById([userId]);
    if (user === undefined) throw new NotFoundError('User not found');
    checkMayManage(caller, user.principal);
    return user;
  }
}
