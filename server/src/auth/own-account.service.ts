import { Injectable } from '@nestjs/common';
import {
  PERMISSIONS,
  type ChangePasswordDto,
  type CurrentUser,
  type Permission,
  type UpdateProfileDto,
  type UserSessions,
} from '@ccs/dto';
import { UnauthenticatedError } from '../errors/caller-errors.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { checkNewPassword, unfitPassword } from '../users/check-new-password.js';
import { PasswordHasher, type HashingTurn } from '../users/password-hasher.js';
import type { UserAccount, UserWithPassword } from '../users/user-account.js';
import { UserRepository } from '../users/user.repository.js';
import { PasswordCheck } from './password-check.js';
import type { Principal } from './principal.js';
import type { SessionCaller } from './session-authenticator.js';
import { SessionTrail } from './session-trail.js';
import { sessionView } from './session-record.js';
import { Sessions, signedInUser, type OpenSession } from './sessions.js';
import type { SignInContext } from './sign-in-context.js';

/** What a user sees of his own account and may do with it. */
@Injectable()
export class OwnAccountService {
  constructor(
    private readonly users: UserRepository,
    private readonly check: PasswordCheck,
    private readonly passwords: PasswordHasher,
    private readonly openSessions: Sessions,
    private readonly changes: ChangeFeed,
    private readonly trail: SessionTrail,
  ) {}

  async me(caller: Principal): Promise<CurrentUser> {
    const { account } = await this.ownUser(caller);
    return { ...signedInUser(account), permissions: permissionFlags(caller.permissions) };
  }

  async updateProfile(caller: Principal, { name }: UpdateProfileDto): Promise<CurrentUser> {
    if (name !== undefined && !(await this.users.setName(caller.userId, name?.trim() || null))) {
      throw goneAccount();
    }
    return this.me(caller);
  }

  /**
   * Ends all sessions and opens a new one for the caller. A first password needs a sign-in less than ten minutes old.
   * Throws `StaleSignInError`, `SignInBusyError`, `InvalidCredentialsError`, `ValidationFailedError`.
   */
  async changePassword(
    caller: SessionCaller,
    dto: ChangePasswordDto,
    context: SignInContext,
  ): Promise<OpenSession> {
    const changed = await this.passwords.inTurn((turn) => this.setPassword(turn, caller, dto, context));
    await this.changes.catchUp('principals');
    await this.openSessions.endAllOf(changed.id);
    await this.trail.passwordChanged(changed, context.address);
    return this.openSessions.open(changed, context, 'password');
  }

  /** `current`: the session that asks. */
  async sessions(caller: Principal, current: number): Promise<UserSessions> {
    const { account } = await this.ownUser(caller);
    const sessions = await this.openSessions.list(account);
    const data = sessions.map((each) => ({ ...sessionView(each), current: each.id === current }));
    return { data, total: data.length };
  }

  private async setPassword(
    turn: HashingTurn,
    { principal, sessionId }: SessionCaller,
    dto: ChangePasswordDto,
    { address }: SignInContext,
  ): Promise<UserAccount> {
    const { account, passwordHash } = await this.ownUser(principal);
    const request = { email: account.email, address, sessionId, password: dto.current_password };
    await this.check.confirmOwner(turn, request, passwordHash);
    if (dto.new_password === dto.current_password) {
      throw unfitPassword('/new_password', 'must differ from the current one');
    }
    await checkNewPassword('/new_password', dto.new_password, account);
    const changed = await this.users.setPassword(account.id, await turn.hash(dto.new_password));
    if (changed === null) throw goneAccount();
    return changed;
  }

  private async ownUser(caller: Principal): Promise<UserWithPassword> {
    const user = await this.users.findWithPassword(caller.userId);
    if (user === null) throw goneAccount();
    return user;
  }
}

function goneAccount(): UnauthenticatedError {
  return new UnauthenticatedError('The account no longer exists.');
}

function permissionFlags(permissions: ReadonlySet<Permission>): Record<Permission, boolean> {
  // The table has every permission exactly once.
  return Object.fromEntries(PERMISSIONS.map(({ code }) => [code, permissions.has(code)])) as Record<
    Permission,
    boolean
  >;
}
