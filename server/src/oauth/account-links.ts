import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  OAUTH_PROVIDERS,
  type AuditAction,
  type LinkAccountDto,
  type LinkedAccounts,
  type OauthProvider,
} from '@ccs/dto';
import { AuditLog } from '../audit/audit-log.js';
import { PasswordCheck } from '../auth/password-check.js';
import type { Principal } from '../auth/principal.js';
import { SessionAuthenticator } from '../auth/session-authenticator.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { NotFoundError, UnauthenticatedError } from '../errors/caller-errors.js';
import type { SqlRunner } from '../shared-state/sql-runner.js';
import { UserRepository } from '../users/user.repository.js';
import type { FlowPurpose, LinkProof } from './flows.js';
import type { Identity } from './identity.js';
import { linkedAccountsView } from './linked-account-view.js';
import { LinkedAccountRepository, type LinkedAccount } from './linked-account.repository.js';
import { nextPath } from './next-path.js';
import { OauthFailure } from './oauth-failure.js';
import { SealedCookies } from './sealed-cookies.js';
import { checkRoles, roleRulesOf } from './sign-in-rules.js';
import { UsedStates } from './used-states.repository.js';

/** Who asks, and from where. */
export interface LinkCaller {
  readonly principal: Principal;
  readonly sessionId: number;
  readonly address: string;
}

/** From the answer to the navigation that follows it. */
const TICKET_SECONDS = 60;

interface Ticket extends LinkProof {
  readonly id: string;
  readonly next: string;
}

/**
 * Links accounts at providers to a user, and takes links away. The page that leads to the provider is opened by the
 * browser and so without the access token: a ticket in a cookie stands for it, given out to the session, for one use
 * within a minute, and sent by pages of this site only (docs/decisions/0030).
 */
@Injectable()
export class AccountLinks {
  constructor(
    private readonly links: LinkedAccountRepository,
    private readonly users: UserRepository,
    private readonly sessions: SessionAuthenticator,
    private readonly passwords: PasswordCheck,
    private readonly cookies: SealedCookies,
    private readonly used: UsedStates,
    private readonly audit: AuditLog,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async list({ userId }: Principal): Promise<LinkedAccounts> {
    return linkedAccountsView(await this.links.listOf(userId));
  }

  /**
   * @returns where to go, and a `Set-Cookie` value with the ticket
   * @throws NotFoundError, ValidationFailedError, InvalidCredentialsError, StaleSignInError, TooManyAttemptsError,
   * SignInBusyError
   */
  async begin(caller: LinkCaller, dto: LinkAccountDto): Promise<{ url: string; cookie: string }> {
    const { provider } = dto;
    if (this.environment.oauth[provider] === null) throw new NotFoundError(`${provider} is not configured`);
    await this.confirmOwner(caller, dto.current_password);
    const ticket: Ticket = {
      id: randomUUID(),
      userId: caller.principal.userId,
      sessionId: caller.sessionId,
      next: nextPath(dto.next),
    };
    const cookie = this.cookies.write(purposeOf(provider), ticket, {
      maxAgeSeconds: TICKET_SECONDS,
      sameSite: 'Strict',
    });
    return { url: `/oauth/${provider}/login?link=1`, cookie };
  }

  /** Uses the ticket up. Throws `OauthFailure` when there is none that is good. */
  async redeem(provider: OauthProvider, cookieHeader: string | undefined): Promise<FlowPurpose> {
    // As `begin` sealed it.
    const ticket = this.cookies.read(purposeOf(provider), cookieHeader) as Ticket | null;
    if (ticket === null || !(await this.used.use(ticket.id, TICKET_SECONDS))) {
      throw new OauthFailure('link_expired');
    }
    const { next, userId, sessionId } = ticket;
    return { next, link: { userId, sessionId } };
  }

  /** A `Set-Cookie` value that takes the ticket away. */
  clearTicket(provider: OauthProvider): string {
    return this.cookies.clear(purposeOf(provider));
  }

  /** Throws `OauthFailure` when the session that asked is over, or the account belongs to somebody else. */
  async link(proof: LinkProof, identity: Identity, address: string): Promise<void> {
    const user = await this.sessions.holder(proof);
    if (user === null || user.mustChangePassword) throw new OauthFailure('link_expired');
    checkRoles(identity, roleRulesOf(this.environment.oauth, identity), user);
    const linked = await this.links.link(user.id, identity, (account, transaction) =>
      this.record('account.link', user.principal, address, account, transaction, identity),
    );
    if (!linked) throw new OauthFailure('linked_elsewhere', { user });
  }

  /** Throws `NotFoundError`, or `ConflictError` when the user could not sign in any more. */
  async unlink({ principal, address }: LinkCaller, id: number): Promise<void> {
    const { oauth } = this.environment;
    const usable = OAUTH_PROVIDERS.filter((provider) => oauth[provider] !== null);
    await this.links.unlink(principal.userId, id, usable, (account, transaction) =>
      this.record('account.unlink', principal, address, account, transaction),
    );
  }

  private async confirmOwner(caller: LinkCaller, password: string | undefined): Promise<void> {
    const user = await this.users.findWithPassword(caller.principal.userId);
    if (user === null) throw new UnauthenticatedError('The account no longer exists.');
    const { address, sessionId } = caller;
    const request = { email: user.account.email, address, sessionId, password };
    await this.passwords.confirmOwnerNow(request, user.passwordHash);
  }

  private record(
    action: Extract<AuditAction, 'account.link' | 'account.unlink'>,
    actor: Principal,
    address: string,
    account: LinkedAccount,
    transaction: SqlRunner,
    identity?: Identity,
  ): Promise<void> {
    const { id, provider, label } = account;
    const fields = {
      provider,
      label,
      ...(identity === undefined ? {} : { issuer: identity.issuer, subject: identity.subject }),
    };
    return this.audit.record(
      {
        action,
        actor,
        address,
        target: { kind: 'linked_account', id, name: label },
        ...(action === 'account.link' ? { after: fields } : { before: fields }),
      },
      transaction,
    );
  }
}

function purposeOf(provider: OauthProvider): string {
  return `link ${provider}`;
}
