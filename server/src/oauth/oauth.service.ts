import { Inject, Injectable } from '@nestjs/common';
import type { OauthError, OauthProvider } from '@ccs/dto';
import { SessionTrail } from '../auth/session-trail.js';
import { Sessions } from '../auth/sessions.js';
import type { SignInContext } from '../auth/sign-in-context.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { AccountLinks } from './account-links.js';
import { Flows, type Flow, type FlowPurpose } from './flows.js';
import { nextPath, withParameters } from './next-path.js';
import { OauthFailure } from './oauth-failure.js';
import { Passport } from './passport.js';
import { ProviderAccounts } from './provider-accounts.js';

/** Where the browser goes, and what it is given. */
export interface Redirection {
  readonly location: string;
  /** `Set-Cookie` values. */
  readonly cookies: readonly string[];
}

/** What a provider adds to the callback; anything else in the query is its own business. */
export interface CallbackQuery {
  readonly code?: string;
  readonly state?: string;
  readonly iss?: string;
  readonly error?: string;
}

/** Signing in by a provider: to it, and back with a session or a reason. Nothing secret is ever in a URL of ours. */
@Injectable()
export class OauthService {
  constructor(
    private readonly passport: Passport,
    private readonly flows: Flows,
    private readonly accounts: ProviderAccounts,
    private readonly links: AccountLinks,
    private readonly sessions: Sessions,
    private readonly trail: SessionTrail,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async depart(
    provider: OauthProvider,
    { next, link }: { readonly next?: string; readonly link?: string },
    cookieHeader: string | undefined,
  ): Promise<Redirection> {
    const cookies = [...this.flows.endOldest(cookieHeader)];
    let purpose: FlowPurpose = { next: nextPath(next), link: null };
    try {
      if (this.environment.oauth[provider] === null) throw new OauthFailure('not_configured');
      if (link !== undefined) {
        cookies.push(this.links.clearTicket(provider));
        purpose = await this.links.redeem(provider, cookieHeader);
      }
      const { url, cookie } = await this.passport.depart(provider, purpose);
      return { location: url, cookies: [...cookies, cookie] };
    } catch (error) {
      if (!(error instanceof OauthFailure)) throw error;
      return { location: failedAt(purpose, error.code), cookies };
    }
  }

  /** The state is looked at first: whatever else the query says, it counts only for the browser that asked. */
  async arrive(
    provider: OauthProvider,
    query: CallbackQuery,
    cookieHeader: string | undefined,
    context: SignInContext,
  ): Promise<Redirection> {
    const { state = '' } = query;
    const flow =
      this.environment.oauth[provider] === null ? null : await this.flows.take(provider, state, cookieHeader);
    if (flow === null) return { location: failedAt(null, 'state_invalid'), cookies: [] };
    const cookies = [this.flows.end(provider, state)];
    try {
      const opened = await this.complete(provider, flow, { ...query, state }, context);
      return { location: opened.location, cookies: [...cookies, ...opened.cookies] };
    } catch (error) {
      if (!(error instanceof OauthFailure)) throw error;
      const why = { means: provider, reason: error.code };
      await this.trail.refused(null, context, why, error.user);
      return { location: failedAt(flow, error.code), cookies };
    }
  }

  private async complete(
    provider: OauthProvider,
    flow: Flow,
    { code, error, ...query }: CallbackQuery & { readonly state: string },
    context: SignInContext,
  ): Promise<Redirection> {
    if (error !== undefined) {
      throw new OauthFailure(error === 'access_denied' ? 'cancelled' : 'provider_failed');
    }
    if (code === undefined) throw new OauthFailure('provider_failed');
    const identity = await this.passport.arrive(provider, flow, { ...query, code });
    if (flow.link !== null) {
      await this.links.link(flow.link, identity, context.address);
      return { location: withParameters(flow.next, { linked: provider }), cookies: [] };
    }
    const user = await this.accounts.userOf(identity, context.address);
    const { cookies } = await this.sessions.open(user, context, provider);
    return { location: flow.next, cookies };
  }
}

/** A link fails where it was asked for, a sign-in at the sign-in page. */
function failedAt(purpose: FlowPurpose | null, error: OauthError): string {
  if (purpose !== null && purpose.link !== null) return withParameters(purpose.next, { error });
  const next = purpose?.next ?? '/';
  return withParameters('/login', next === '/' ? { error } : { error, next });
}
