import { Inject, Injectable } from '@nestjs/common';
import { PERMISSIONS, type LoginAnswer, type SignedInUser } from '@ccs/dto';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { NotFoundError, PermissionDeniedError, UnauthenticatedError } from '../errors/caller-errors.js';
import type { UserAccount } from '../users/user-account.js';
import { UserRepository } from '../users/user.repository.js';
import { AccessTokens } from './access-tokens.js';
import { RefreshCookie } from './refresh-cookie.js';
import { RefreshTokens, type RefreshToken } from './refresh-tokens.js';
import { SessionDirectory } from './session-directory.js';
import { SessionRepository } from './session.repository.js';
import type { SessionRecord, SessionSummary } from './session-record.js';
import { SessionTrail, type SignInMeans } from './session-trail.js';
import type { SignInContext } from './sign-in-context.js';

/** A session that was opened or goes on. */
export interface OpenSession {
  readonly id: number;
  /** For the body: the access token and who it stands for. */
  readonly answer: LoginAnswer;
  /** Values of `Set-Cookie`: the refresh token, and the portal's mark. */
  readonly cookies: readonly string[];
}

/** A session ends after this time, used or not (OWASP ASVS 5, 7.3.2). */
const LIFETIME_SECONDS = 12 * 3600;
/** One that opens the administration ends earlier when nobody uses it (7.3.1). */
const ADMINISTRATIVE_IDLE_SECONDS = 30 * 60;
const MAX_USER_AGENT_LENGTH = 300;
const OVER = 'The session is over. Sign in again.';

/** Opens, continues and ends sessions: a short access token for the body, a rotating refresh token in a cookie. */
@Injectable()
export class Sessions {
  constructor(
    private readonly users: UserRepository,
    private readonly repository: SessionRepository,
    private readonly directory: SessionDirectory,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly cookie: RefreshCookie,
    private readonly trail: SessionTrail,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** For a user who has proved who he is. Throws `PermissionDeniedError` when he is disabled. */
  async open(user: UserAccount, context: SignInContext, means: SignInMeans): Promise<OpenSession> {
    if (!user.isActive) throw new PermissionDeniedError('User account is disabled');
    const token = this.refreshTokens.first();
    const session = await this.repository.insert({
      userId: user.id,
      credentialsVersion: user.credentialsVersion,
      token,
      idleSeconds: this.idleSeconds(user),
      lifetimeSeconds: LIFETIME_SECONDS,
      address: context.address,
      userAgent: context.userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
    });
    await this.users.recordLogin(user.id);
    await this.trail.opened(user, session.id, context, means);
    return this.handOut(session, user, token);
  }

  /**
   * For the cookie of a session: a new access token and the next refresh token. Throws `UnauthenticatedError` when
   * there is nothing to continue; a token that was replaced before ends its session.
   */
  async refresh(cookieHeader: string | undefined, address: string): Promise<OpenSession> {
    const shown = this.shownToken(cookieHeader);
    if (shown === null) throw new UnauthenticatedError('There is no session to continue. Sign in.');
    const successor = this.refreshTokens.successorOf(shown);
    const rotation = await this.repository.rotate(shown, successor);
    if (rotation.outcome === 'replayed') {
      await this.directory.catchUp();
      await this.trail.ended(rotation.session.userId, rotation.session.id, address, 'session.replay');
    }
    if (rotation.outcome !== 'continued') throw new UnauthenticatedError(OVER);
    const { session } = rotation;
    const [user] = await this.users.accountsById([session.userId]);
    if (user === undefined || !user.isActive || user.credentialsVersion !== session.credentialsVersion) {
      await this.end(session.id, address);
      throw new UnauthenticatedError(OVER);
    }
    return this.handOut(session, user, successor);
  }

  /** Whether the request brings along what `refresh` asks for, good or not. */
  hasCookie(cookieHeader: string | undefined): boolean {
    return this.cookie.read(cookieHeader) !== null;
  }

  /** Ends the session the cookie belongs to, if there is one. */
  async endByCookie(cookieHeader: string | undefined, address: string): Promise<void> {
    const shown = this.shownToken(cookieHeader);
    const id = shown === null ? null : await this.repository.idOfFamily(shown);
    if (id !== null) await this.end(id, address);
  }

  /** Ends the session the access token belongs to, if there is one. */
  async endByAccessToken(token: string, address: string): Promise<void> {
    const claims = await this.accessTokens.verify(token);
    if (claims !== null) await this.end(claims.sessionId, address);
  }

  /** Throws `NotFoundError` when the user has no such session. */
  async endOneOf(userId: number, id: number, address: string): Promise<void> {
    if (!(await this.end(id, address, userId))) throw new NotFoundError('There is no such session');
  }

  async endAllOf(userId: number): Promise<void> {
    await this.repository.endAllOf(userId);
    await this.directory.catchUp();
  }

  list(user: UserAccount): Promise<readonly SessionSummary[]> {
    return this.repository.summariesOf(user.id, user.credentialsVersion);
  }

  /** Values of `Set-Cookie` that take the refresh token away from the browser. */
  get clearingCookies(): readonly string[] {
    return this.cookie.clear();
  }

  /** `userId`: only if it is his. False: there was nothing to end. */
  private async end(id: number, address: string, userId?: number): Promise<boolean> {
    const owner = await this.repository.end(id, userId);
    await this.directory.catchUp();
    if (owner !== null) await this.trail.ended(owner, id, address, 'session.end');
    return owner !== null;
  }

  private shownToken(cookieHeader: string | undefined): RefreshToken | null {
    const text = this.cookie.read(cookieHeader);
    return text === null ? null : this.refreshTokens.parse(text);
  }

  private async handOut(
    session: SessionRecord,
    user: UserAccount,
    token: RefreshToken,
  ): Promise<OpenSession> {
    const remainingSeconds = Math.max(1, Math.floor((session.expiresAtMs - Date.now()) / 1000));
    const accessToken = await this.accessTokens.issue(
      { userId: user.id, sessionId: session.id },
      remainingSeconds,
    );
    return {
      id: session.id,
      answer: { access_token: accessToken, token_type: 'bearer', user: signedInUser(user) },
      cookies: this.cookie.write(token.text, remainingSeconds),
    };
  }

  private idleSeconds(user: UserAccount): number {
    const administrative = PERMISSIONS.some(
      ({ code, category }) => category === 'admin' && user.principal.permissions.has(code),
    );
    if (!administrative) return LIFETIME_SECONDS;
    // A page in use refreshes once in the life of an access token.
    return Math.max(ADMINISTRATIVE_IDLE_SECONDS, 2 * this.environment.accessTokenLifetimeSeconds);
  }
}

/** A user as he sees himself. */
export function signedInUser({ id, email, name, isAdmin, mustChangePassword }: UserAccount): SignedInUser {
  return { id, email, name, is_admin: isAdmin, must_change_password: mustChangePassword };
}
