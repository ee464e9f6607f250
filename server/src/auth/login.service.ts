import { Injectable } from '@nestjs/common';
import {
  PERMISSIONS,
  type ChangePasswordDto,
  type CurrentUser,
  type LoginAnswer,
  type LoginDto,
  type Permission,
} from '@ccs/dto';
import type { PasswordChanged, SignedInUser } from '@ccs/dto';
import { ChangeFeed } from '../shared-state/change-feed.js';
import {
  InvalidCredentialsError,
  PermissionDeniedError,
  TooManyAttemptsError,
  UnauthenticatedError,
  ValidationFailedError,
} from '../errors/caller-errors.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { passwordProblem } from '../users/password-rules.js';
import type { UserAccount } from '../users/user-account.js';
import { UserRepository } from '../users/user.repository.js';
import { AccessTokens } from './access-tokens.js';
import { LoginThrottle } from './login-throttle.js';
import type { Principal } from './principal.js';

/** Signing in with e-mail and password, and what a user may do with his own account. */
@Injectable()
export class LoginService {
  private readonly throttle = new LoginThrottle();

  constructor(
    private readonly users: UserRepository,
    private readonly passwords: PasswordHasher,
    private readonly tokens: AccessTokens,
    private readonly changes: ChangeFeed,
  ) {}

  /** `address`: the peer's, for throttling. An unknown e-mail takes as long and gets the same answer. */
  async login(dto: LoginDto, address: string): Promise<LoginAnswer> {
    const email = dto.email.trim().toLowerCase();
    const user = await this.users.findByEmail(email);
    await this.checkPassword(email, address, user?.passwordHash ?? null, dto.password);
    if (user === null) throw new InvalidCredentialsError();
    if (!user.account.isActive) throw new PermissionDeniedError('User account is disabled');
    await this.users.recordLogin(user.account.id);
    return { ...(await this.tokenFor(user.account)), user: signedInUser(user.account) };
  }

  async me(caller: Principal): Promise<CurrentUser> {
    const { account } = await this.ownUser(caller);
    return { ...signedInUser(account), permissions: permissionFlags(caller.permissions) };
  }

  /** Ends all other sessions. */
  async changePassword(caller: Principal, dto: ChangePasswordDto, address: string): Promise<PasswordChanged> {
    const { account, passwordHash } = await this.ownUser(caller);
    await this.checkPassword(account.email, address, passwordHash, dto.current_password);
    const problem =
      dto.new_password === dto.current_password
        ? 'must differ from the current one'
        : passwordProblem(dto.new_password, account);
    if (problem !== null) {
      throw new ValidationFailedError([
        { pointer: '/new_password', code: 'unfit_password', detail: `new_password ${problem}` },
      ]);
    }
    const changed = await this.users.setPassword(account.id, await this.passwords.hash(dto.new_password));
    if (changed === null) throw new UnauthenticatedError('The account no longer exists.');
    await this.changes.catchUp('principals');
    return { success: true, message: 'Password changed successfully', ...(await this.tokenFor(changed)) };
  }

  private async checkPassword(
    email: string,
    address: string,
    hash: string | null,
    password: string,
  ): Promise<void> {
    const waitSeconds = this.throttle.waitSeconds(email, address, Date.now());
    if (waitSeconds > 0) throw new TooManyAttemptsError(waitSeconds);
    // Counted before the slow part, so that a burst of guesses is not free until the first one is through.
    this.throttle.recordFailure(email, address, Date.now());
    if (!(await this.passwords.verify(hash, password))) throw new InvalidCredentialsError();
    this.throttle.recordSuccess(email, address);
  }

  private async ownUser(caller: Principal): Promise<{ account: UserAccount; passwordHash: string | null }> {
    const user = await this.users.findWithPassword(caller.userId);
    if (user === null) throw new UnauthenticatedError('The account no longer exists.');
    return user;
  }

  private async tokenFor(account: UserAccount): Promise<{ access_token: string; token_type: 'bearer' }> {
    const { id: userId, credentialsVersion } = account;
    return { access_token: await this.tokens.issue({ userId, credentialsVersion }), token_type: 'bearer' };
  }
}

function signedInUser({ id, email, name, isAdmin, mustChangePassword }: UserAccount): SignedInUser {
  return { id, email, name, is_admin: isAdmin, must_change_password: mustChangePassword };
}

function permissionFlags(permissions: ReadonlySet<Permission>): Record<Permission, boolean> {
  // The table has every permission exactly once.
  return Object.fromEntries(PERMISSIONS.map(({ code }) => [code, permissions.has(code)])) as Record<
    Permission,
    boolean
  >;
}
