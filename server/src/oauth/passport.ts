import { Inject, Injectable } from '@nestjs/common';
import type { OauthProvider } from '@ccs/dto';
import passport from 'passport';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { Flows, type Flow, type FlowPurpose } from './flows.js';
import type { Identity } from './identity.js';
import { OauthFailure, failureCause } from './oauth-failure.js';
import type { OauthRequest } from './oauth-request.js';
import { ProviderUnreachableError } from './provider-http.js';
import { StateStore } from './state-store.js';
import { FeishuStrategy } from './strategies/feishu.strategy.js';
import { GithubStrategy } from './strategies/github.strategy.js';
import { GoogleStrategy } from './strategies/google.strategy.js';
import { openIdStrategy } from './strategies/openid.strategy.js';

export interface Departure {
  /** The provider's page. */
  readonly url: string;
  /** A `Set-Cookie` value. */
  readonly cookie: string;
}

type Outcome =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'identity'; readonly identity: Identity }
  | { readonly kind: 'failure'; readonly cause: unknown };

type Middleware = (request: object, response: object, next: (error: unknown) => void) => void;

/**
 * Passport over Fastify: its middleware, fed with Express-shaped objects of ours, as two calls that settle. Nest's own
 * `AuthGuard` hands Fastify's objects to it and waits for ever when a strategy redirects.
 */
@Injectable()
export class Passport {
  constructor(
    @Inject(ENVIRONMENT) { oauth }: Environment,
    flows: Flows,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const store = (provider: OauthProvider): StateStore => new StateStore(provider, flows);
    // Nest's mixin makes them known to Passport by their names.
    if (oauth.github !== null) new GithubStrategy(oauth.github, store('github'));
    if (oauth.google !== null) new GoogleStrategy(oauth.google, store('google'));
    if (oauth.feishu !== null) new FeishuStrategy(oauth.feishu, store('feishu'));
    if (oauth.microsoft !== null) new (openIdStrategy('microsoft'))(oauth.microsoft, store('microsoft'));
    if (oauth.oidc !== null) new (openIdStrategy('oidc'))(oauth.oidc, store('oidc'));
  }

  /**
   * To the provider. Throws `OauthFailure` when it cannot be reached.
   */
  async depart(provider: OauthProvider, { next, link }: FlowPurpose): Promise<Departure> {
    const request = oauthRequest(null, {});
    const outcome = await this.run(provider, request, { next, link });
    if (outcome.kind === 'redirect' && request.cookie !== null) {
      return { url: outcome.url, cookie: request.cookie };
    }
    throw this.failure(provider, outcome);
  }

  /** Back from the provider with a code. Throws `OauthFailure` when that proves nothing. */
  async arrive(
    provider: OauthProvider,
    flow: Flow,
    query: { readonly code: string; readonly state: string; readonly iss?: string },
  ): Promise<Identity> {
    const outcome = await this.run(provider, oauthRequest(flow, query), {});
    if (outcome.kind === 'identity') return outcome.identity;
    throw this.failure(provider, outcome);
  }

  private run(provider: OauthProvider, request: OauthRequest, state: object): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const verified = (error: unknown, identity: Identity | false | null, info: unknown): void => {
        if (error !== null && error !== undefined) resolve({ kind: 'failure', cause: error });
        else if (identity) resolve({ kind: 'identity', identity });
        else resolve({ kind: 'failure', cause: info });
      };
      // Passport's declarations leave it open what it makes: Express middleware (passport/lib/middleware).
      const middleware = passport.authenticate(
        provider,
        { session: false, state } as object,
        verified,
      ) as Middleware;
      middleware(
        request,
        redirectCatcher((url) => resolve({ kind: 'redirect', url })),
        reject,
      );
    });
  }

  private failure(provider: OauthProvider, outcome: Outcome): OauthFailure {
    const cause = outcome.kind === 'failure' ? outcome.cause : undefined;
    const code = isUnreachable(cause) ? 'provider_unreachable' : 'provider_failed';
    const failure = new OauthFailure(code, { cause });
    this.logger.warn({ provider, code, cause: failureCause(failure) }, 'sign-in by a provider failed');
    return failure;
  }
}

function oauthRequest(flow: Flow | null, query: OauthRequest['query']): OauthRequest {
  return { method: 'GET', url: '/', headers: {}, query, flow, cookie: null, claims: null };
}

/** The part of a response that Passport uses: a `Location`, then the end. */
function redirectCatcher(redirected: (url: string) => void): object {
  let location = '';
  return {
    statusCode: 200,
    setHeader: (name: string, value: string) => {
      if (name.toLowerCase() === 'location') location = value;
    },
    end: () => redirected(location),
  };
}

function isUnreachable(cause: unknown): boolean {
  if (cause instanceof ProviderUnreachableError) return true;
  return cause instanceof Error && isUnreachable(Reflect.get(cause, 'oauthError') ?? cause.cause);
}
