import { Injectable } from '@nestjs/common';
import { PermissionDeniedError, UnauthenticatedError } from '../errors/caller-errors.js';
import type { UserAccount } from '../users/user-account.js';
import { UserDirectory } from '../users/user-directory.js';
import { AccessTokens, type AccessTokenClaims } from './access-tokens.js';
import type { Principal } from './principal.js';
import { SessionDirectory } from './session-directory.js';

/** Who holds a session token, and of which session. */
export interface SessionCaller {
  readonly principal: Principal;
  readonly sessionId: number;
}

/**
 * Who holds a session token. Session and user are looked up anew for each call, in memory once warm: an ended session
 * and a disabled user are out at once.
 */
@Injectable()
export class SessionAuthenticator {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionDirectory,
    private readonly users: UserDirectory,
  ) {}

  /**
   * Rejects with 401, with 403 while a one-time password has not been changed (unless `oneTimePassword`), or with
   * `StoreUnavailableError`.
   */
  async authenticate(token: string, { oneTimePassword = false } = {}): Promise<SessionCaller> {
    const claims = await this.tokens.verify(token);
    if (claims === null)
      throw new UnauthenticatedError('The session is over or was never one. Sign in again.');
    const user = await this.holder(claims);
    if (user === null) throw new UnauthenticatedError('The session was ended. Sign in again.');
    if (user.mustChangePassword && !oneTimePassword) {
      throw new PermissionDeniedError('Change the one-time password first (PUT /api/auth/change-password).');
    }
    return { principal: user.principal, sessionId: claims.sessionId };
  }

  /** Whose session it is, as he is now; null: it is over, or he is disabled. */
  async holder({ userId, sessionId }: AccessTokenClaims): Promise<UserAccount | null> {
    const [session, user] = await Promise.all([this.sessions.find(sessionId), this.users.find(userId)]);
    const good =
      session?.userId === userId &&
      user?.isActive === true &&
      user.credentialsVersion === session.credentialsVersion;
    return good ? user : null;
  }
}
