import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PermissionDeniedError, UnauthenticatedError } from '../errors/caller-errors.js';
import { mayCallFrom } from '../limits/call-scope.js';
import { declaredAccess, lets, type Access, type SessionAccessRule } from './access.decorators.js';
import { readCredentials } from './credentials.js';
import { DevMode } from './dev-mode.js';
import { KeyAuthenticator } from './key-authenticator.js';
import type { Principal } from './principal.js';
import { refusedTo, attachPrincipal, attachSession } from './request-principal.js';
import { SessionAnswers } from './session-answers.js';
import { SessionAuthenticator } from './session-authenticator.js';

interface GuardedRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The peer's, or what a trusted proxy says of it (TRUST_PROXY). */
  readonly ip: string;
}

/**
 * The one guard, on every route. What a handler declares decides, never the URL, the method or the Host; a handler
 * that declares nothing is open to nobody. Leaves the `Principal` with the request.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly declared = new WeakMap<object, Access>();

  constructor(
    private readonly keys: KeyAuthenticator,
    private readonly sessions: SessionAuthenticator,
    private readonly devMode: DevMode,
    private readonly answers: SessionAnswers,
  ) {}

  /** Answers at once while the caller's key is in memory. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.accessOf(context);
    if (access.kind === 'public') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const principal =
      access.kind === 'key'
        ? this.byKey(request)
        : this.bySession(request, http.getResponse<FastifyReply>().raw, access);
    if (!(principal instanceof Promise)) return this.admit(request, principal, access);
    return principal.then((found) => this.admit(request, found, access));
  }

  private admit(request: GuardedRequest, principal: Principal, access: Access): true {
    if (access.kind === 'key' && !mayCallFrom(principal.scopes, request.ip)) {
      throw refusedTo(
        principal,
        new PermissionDeniedError('This API key may not be used from this address. Ask its owner.'),
      );
    }
    attachPrincipal(request, principal);
    return true;
  }

  private accessOf(context: ExecutionContext): Access {
    const handler = context.getHandler();
    const known = this.declared.get(handler);
    if (known !== undefined) return known;
    const access = declaredAccess(handler, context.getClass());
    if (access === undefined)
      throw new PermissionDeniedError('Nobody may call this: its access is not declared');
    this.declared.set(handler, access);
    return access;
  }

  private byKey(request: GuardedRequest): Principal | Promise<Principal> {
    const credentials = readCredentials(request.headers);
    if (this.devMode.on) return this.devMode.authenticate(request.headers, credentials, request.method);
    return this.keys.authenticate(credentials);
  }

  private async bySession(
    request: GuardedRequest,
    raw: ServerResponse,
    access: SessionAccessRule,
  ): Promise<Principal> {
    const { bearer } = readCredentials(request.headers);
    if (bearer === null) {
      throw new UnauthenticatedError(
        'Sign in (POST /api/auth/login) and send the token as Authorization: Bearer',
      );
    }
    const { anyOf, oneTimePassword, administrator } = access;
    const caller = await this.sessions.authenticate(bearer, { oneTimePassword });
    if (!lets(caller.principal, access)) {
      throw new PermissionDeniedError(
        administrator
          ? 'Only an administrator may do this'
          : `This needs the permission '${anyOf.join("' or '")}'`,
      );
    }
    attachSession(request, caller.sessionId);
    this.answers.watch(raw, caller, access);
    return caller.principal;
  }
}
