import { Injectable } from '@nestjs/common';
import type { SessionsOfUser } from '@ccs/dto';
import { AuditLog } from '../audit/audit-log.js';
import { NotFoundError } from '../errors/caller-errors.js';
import { checkMayManage } from '../permissions/user-rules.js';
import type { UserAccount } from '../users/user-account.js';
import type { Administrator } from '../users/user-administration.js';
import { UserRepository } from '../users/user.repository.js';
import type { Principal } from './principal.js';
import { SessionDirectory } from './session-directory.js';
import { sessionView, type SessionSummary } from './session-record.js';
import { SessionRepository } from './session.repository.js';

/** What holders of `users` see and end of other people's sessions, by the rules between people. */
@Injectable()
export class UserSessionsService {
  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly directory: SessionDirectory,
    private readonly audit: AuditLog,
  ) {}

  /** Throws `NotFoundError`, `PermissionDeniedError`. */
  async list(caller: Principal, userId: number): Promise<SessionsOfUser> {
    const data = (await this.openOnes(await this.managed(caller, userId))).map(sessionView);
    return { data, total: data.length };
  }

  /** Over everywhere within a second. Throws `NotFoundError`, `PermissionDeniedError`. */
  async end(by: Administrator, userId: number, sessionId: number): Promise<void> {
    const user = await this.managed(by.principal, userId);
    const session = (await this.openOnes(user)).find(({ id }) => id === sessionId);
    if (session === undefined) throw new NotFoundError('There is no such session');
    await this.record(by, user, { ...sessionView(session) });
    await this.sessions.end(sessionId, userId);
    await this.directory.catchUp();
  }

  /** Over everywhere within a second. Throws `NotFoundError`, `PermissionDeniedError`. */
  async endAll(by: Administrator, userId: number): Promise<void> {
    const user = await this.managed(by.principal, userId);
    await this.record(by, user, { sessions: (await this.openOnes(user)).length });
    await this.sessions.endAllOf(userId);
    await this.directory.catchUp();
  }

  private openOnes({ id, credentialsVersion }: UserAccount): Promise<readonly SessionSummary[]> {
    return this.sessions.summariesOf(id, credentialsVersion);
  }

  private async managed(caller: Principal, userId: number): Promise<UserAccount> {
    const [user] = await this.users.accountsById([userId]);
    if (user === undefined) throw new NotFoundError('User not found');
    checkMayManage(caller, user.principal);
    return user;
  }

  /** Before the act: one that leaves no trace does not happen. */
  private record(
    by: Administrator,
    { id, email }: UserAccount,
    before: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record({
      action: 'session.end',
      actor: by.principal,
      address: by.address,
      target: { kind: 'user', id, name: email },
      before,
    });
  }
}
