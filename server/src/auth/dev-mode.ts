import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { PermissionDeniedError, UnauthenticatedError } from '../errors/caller-errors.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { UserRepository } from '../users/user.repository.js';
import type { Credentials } from './credentials.js';
import type { Principal } from './principal.js';

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;
const FORWARDING =
  /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|x-original-.*|x-client-ip|x-cluster-client-ip|x-envoy-.*|true-client-ip|cf-.*|fastly-.*)$/;

/**
 * DEV_MODE: any key opens the data plane as the first administrator with `chat` alone. The listener is on loopback
 * (the environment was refused otherwise), and what a web page or a proxy might send is refused here: else any web
 * site could spend money through the developer's browser.
 */
@Injectable()
export class DevMode implements OnApplicationBootstrap {
  /** Who everybody is taken for; read again when a user changes. */
  private caller: Principal | null = null;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly users: UserRepository,
    changes: ChangeFeed,
  ) {
    if (this.on) changes.subscribe('principals', () => this.readCaller());
  }

  get on(): boolean {
    return this.environment.devMode;
  }

  onApplicationBootstrap(): void {
    if (this.on) this.logger.warn('DEV_MODE is on: any API key is accepted on /v1 from this machine');
  }

  /** From memory. Rejects with 401 or 403. */
  async authenticate(
    headers: IncomingHttpHeaders,
    credentials: Credentials,
    method: string,
  ): Promise<Principal> {
    const problem = foreignTrait(headers, method);
    if (problem !== null) throw new PermissionDeniedError(`DEV_MODE refuses ${problem}`);
    if (credentials.apiKey === null && credentials.bearer === null) {
      throw new UnauthenticatedError('DEV_MODE accepts any API key, but one must be sent');
    }
    // Nobody yet: he may have been made this moment.
    if (this.caller === null) await this.readCaller();
    if (this.caller === null)
      throw new UnauthenticatedError('DEV_MODE needs an administrator; there is none');
    return this.caller;
  }

  private async readCaller(): Promise<void> {
    const administrator = await this.users.firstAdministrator();
    this.caller =
      administrator === null
        ? null
        : Object.freeze({
            ...administrator.principal,
            isAdmin: false,
            permissions: new Set(['chat'] as const),
          });
  }
}

/** What shows that the request did not come from a program on this machine; null: nothing. */
function foreignTrait(headers: IncomingHttpHeaders, method: string): string | null {
  if (!LOCAL_HOST.test(headers.host ?? '')) return 'a Host other than localhost';
  if (headers.origin !== undefined && !isLocalOrigin(headers.origin)) return 'a foreign Origin';
  if (headers['sec-fetch-site'] === 'cross-site') return 'requests of other web sites';
  if (Object.keys(headers).some((name) => FORWARDING.test(name))) return 'forwarded requests';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const mediaType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return hasBody && mediaType !== 'application/json' ? 'content types other than application/json' : null;
}

function isLocalOrigin(origin: string): boolean {
  return URL.canParse(origin) && LOCAL_HOST.test(new URL(origin).host);
}
