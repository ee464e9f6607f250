import { Injectable } from '@nestjs/common';
import { PermissionDeniedError, UnauthenticatedError } from '../errors/caller-errors.js';
import { UserDirectory } from '../users/user-directory.js';
import { AccessTokens } from './access-tokens.js';
import type { Principal } from './principal.js';

/** Who holds a session token. The user is looked up anew for each call: a disabled one is out at once. */
@Injectable()
export class SessionAuthenticator {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly users: UserDirectory,
  ) {}

  /**
   * Rejects with 401, with 403 while a one-time password has not been changed (unless `oneTimePassword`), or with
   * `StoreUnavailableError`.
   */
  async authenticate(token: string, { oneTimePassword = false } = {}): Promise<Principal> {
    const claims = await this.tokens.verify(token);
    if (claims === null)
      throw new UnauthenticatedError('The session is over or was never one. Sign in again.');
    const user = await this.users.find(claims.userId);
    if (user === null || !user.isActive || user.credentialsVersion !== claims.credentialsVersion) {
      throw new UnauthenticatedError('The session was ended. Sign in again.');
    }
    if (user.mustChangePassword && !oneTimePassword) {
      throw new PermissionDeniedError('Change the one-time password first (PUT /api/auth/change-password).');
    }
    return user.principal;
  }
}
