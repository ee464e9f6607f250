import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ConflictError } from '../errors/caller-errors.js';
import { DEFAULT_PERMISSIONS } from '../permissions/effective-permissions.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import type { UserAccount } from '../users/user-account.js';
import { UserAdministrationRepository, type AlsoWrite } from '../users/user-administration.repository.js';
import { UserRepository } from '../users/user.repository.js';
import type { Identity } from './identity.js';
import { LinkedAccountRepository, type LinkedAccount } from './linked-account.repository.js';
import { OauthFailure } from './oauth-failure.js';
import { checkRoles, checkSignUp, permissionsByRoles, roleRulesOf } from './sign-in-rules.js';

/** Two sign-ups of one account at once: the other was faster. */
class IdentityTakenError extends Error {}

/** Which user an account at a provider opens, by issuer and subject alone; a new one if that is allowed. */
@Injectable()
export class ProviderAccounts {
  constructor(
    private readonly links: LinkedAccountRepository,
    private readonly users: UserRepository,
    private readonly administration: UserAdministrationRepository,
    private readonly changes: ChangeFeed,
    private readonly audit: AuditLog,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** Throws `OauthFailure` with the user, where there is one, who may not come in. */
  async userOf(identity: Identity, address: string): Promise<UserAccount> {
    const rules = roleRulesOf(this.environment.oauth, identity);
    const known = await this.links.find(identity);
    if (known === null) checkRoles(identity, rules);
    const account = known ?? (await this.signUp(identity, address));
    const user = await this.account(account.userId);
    checkRoles(identity, rules, user);
    if (!user.isActive) throw new OauthFailure('account_disabled', { user });
    if (user.mustChangePassword) throw new OauthFailure('password_change_required', { user });
    await this.links.recordUse(account.id, identity.label);
    return this.followRoles(user, identity, address);
  }

  private async signUp(identity: Identity, address: string): Promise<LinkedAccount> {
    const { oauth } = this.environment;
    checkSignUp(identity, oauth);
    let linked: LinkedAccount | null = null;
    try {
      await this.administration.insert(
        {
          email: identity.email ?? placeholderEmail(identity),
          name: identity.name,
          passwordHash: null,
          mustChangePassword: false,
          isAdmin: false,
          permissions: permissionsByRoles(DEFAULT_PERMISSIONS, identity, roleRulesOf(oauth, identity)),
          limits: {},
        },
        async (transaction, before, after) => {
          if (after === null) return;
          linked = await this.links.insert(after.id, identity, transaction);
          if (linked === null) throw new IdentityTakenError();
          await this.audited(identity, address, 'user.create')(transaction, before, after);
        },
      );
    } catch (error) {
      if (!(error instanceof ConflictError || error instanceof IdentityTakenError)) throw error;
      // Whichever came first, the address or the link: the other tab may have made both.
      linked = await this.links.find(identity);
      if (linked === null) throw new OauthFailure('email_taken', { cause: error });
    }
    if (linked === null) throw new OauthFailure('provider_failed');
    await this.changes.catchUp('principals');
    return linked;
  }

  private async followRoles(user: UserAccount, identity: Identity, address: string): Promise<UserAccount> {
    const rules = roleRulesOf(this.environment.oauth, identity);
    const present = [...user.principal.permissions];
    const wanted = permissionsByRoles(present, identity, rules);
    if (user.isAdmin || [...wanted].sort().join() === [...present].sort().join()) return user;
    await this.administration.update(
      user.id,
      undefined,
      ({ granted }) => ({ permissions: permissionsByRoles(granted, identity, rules) }),
      this.audited(identity, address, 'user.permissions'),
    );
    await this.changes.catchUp('principals');
    return this.account(user.id);
  }

  private async account(userId: number): Promise<UserAccount> {
    const [user] = await this.users.accountsById([userId]);
    // Deleted a moment ago, and the link with him.
    if (user === undefined) throw new OauthFailure('sign_up_closed');
    return user;
  }

  /** The user himself acts, and the provider's word stands behind it. */
  private audited(
    { provider, issuer, subject }: Identity,
    address: string,
    action: 'user.create' | 'user.permissions',
  ): AlsoWrite {
    return async (transaction, before, after) => {
      if (after === null) return;
      await this.audit.record(
        {
          action,
          actor: { userId: after.id, email: after.email },
          address,
          target: { kind: 'user', id: after.id, name: after.email },
          before: before === null ? null : { ...before },
          after: { ...after, by: { provider, issuer, subject } },
        },
        transaction,
      );
    };
  }
}

/** For an account without a verified address: one that can never be somebody's (RFC 2606). */
function placeholderEmail({ provider, issuer, subject }: Identity): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex');
  return `${provider}-${digest.slice(0, 24)}@users.invalid`;
}
