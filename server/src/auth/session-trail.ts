import { Injectable } from '@nestjs/common';
import type { AuditAction, OauthProvider } from '@ccs/dto';
import { isEmail } from 'class-validator';
import { AuditLog } from '../audit/audit-log.js';
import type { UserAccount } from '../users/user-account.js';
import { UserRepository } from '../users/user.repository.js';
import type { SignInContext } from './sign-in-context.js';

/** How somebody proved who he is. */
export type SignInMeans = 'password' | OauthProvider;

/** Signing in and out in the audit trail. Attempts that are slowed down are not in it: nobody fills it by trying. */
@Injectable()
export class SessionTrail {
  constructor(
    private readonly audit: AuditLog,
    private readonly users: UserRepository,
  ) {}

  opened(user: UserAccount, sessionId: number, context: SignInContext, means: SignInMeans): Promise<void> {
    return this.record('session.open', user, context.address, sessionId, {
      means,
      user_agent: context.userAgent,
    });
  }

  /** `email`: what was typed in, kept if it is an address. */
  refused(
    email: string | null,
    context: SignInContext,
    why: { readonly means: SignInMeans; readonly reason: string },
    user: UserAccount | null,
  ): Promise<void> {
    const typed = email !== null && isEmail(email, { require_tld: false }) ? { email } : {};
    return this.audit.record({
      action: 'session.refuse',
      outcome: 'failure',
      actor: null,
      address: context.address,
      target: user === null ? null : { kind: 'user', id: user.id, name: user.email },
      after: { ...why, ...typed, user_agent: context.userAgent },
    });
  }

  /** Of this user; `action` says how it came. */
  async ended(
    userId: number,
    sessionId: number,
    address: string,
    action: 'session.end' | 'session.replay',
  ): Promise<void> {
    const [user] = await this.users.accountsById([userId]);
    await this.record(action, user ?? { id: userId, email: null }, address, sessionId, null);
  }

  passwordChanged(user: UserAccount, address: string): Promise<void> {
    return this.audit.record({
      action: 'password.change',
      actor: { userId: user.id, email: user.email },
      address,
      target: { kind: 'user', id: user.id, name: user.email },
    });
  }

  private record(
    action: AuditAction,
    user: { readonly id: number; readonly email: string | null },
    address: string,
    sessionId: number,
    after: Readonly<Record<string, unknown>> | null,
  ): Promise<void> {
    return this.audit.record({
      action,
      outcome: action === 'session.replay' ? 'failure' : 'success',
      actor: { userId: user.id, email: user.email },
      address,
      target: { kind: 'session', id: sessionId },
      after,
    });
  }
}
