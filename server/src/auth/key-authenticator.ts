import { Injectable } from '@nestjs/common';
import { ApiKeyDirectory } from '../api-keys/api-key-directory.js';
import { LastUsedMarks } from '../api-keys/last-used-marks.js';
import type { KeyRefusal, KeyStanding } from '../api-keys/key-record.js';
import { PermissionDeniedError, UnauthenticatedError } from '../errors/caller-errors.js';
import { isSessionToken, type Credentials } from './credentials.js';
import type { Principal } from './principal.js';
import { refusedTo } from './request-principal.js';
import { SessionAuthenticator } from './session-authenticator.js';

const HOW_TO =
  'Send an API key of CC Switch as x-api-key or as Authorization: Bearer; the portal makes them.';

const REFUSALS: Readonly<Record<KeyRefusal, string>> = {
  deleted: 'This API key has been revoked. Make a new one in the portal.',
  disabled: 'This API key is disabled. Enable it in the portal, or make a new one.',
  expired: 'This API key has expired. Make a new one in the portal.',
  rotated: 'This API key was given a new secret. Use that one.',
  owner_disabled: 'The owner of this API key is disabled. Ask an administrator.',
};

/** Who calls the data plane. */
@Injectable()
export class KeyAuthenticator {
  constructor(
    private readonly directory: ApiKeyDirectory,
    private readonly sessions: SessionAuthenticator,
    private readonly marks: LastUsedMarks,
  ) {}

  /**
   * At once while the key is in memory. With two different values `x-api-key` counts if it is, or was, one of our
   * keys, else the Bearer. Throws, or rejects with, 401, 403 or `StoreUnavailableError`.
   */
  authenticate(credentials: Credentials): Principal | Promise<Principal> {
    const { apiKey, bearer } = credentials;
    if (apiKey === null) return bearer === null ? noCredential() : this.byBearer(bearer);
    const found = this.directory.find(apiKey);
    return found instanceof Promise
      ? found.then((standing) => this.byKeyOr(bearer, standing))
      : this.byKeyOr(bearer, found);
  }

  private byKeyOr(bearer: string | null, standing: KeyStanding): Principal | Promise<Principal> {
    return standing.known || bearer === null ? this.admit(standing) : this.byBearer(bearer);
  }

  private byBearer(bearer: string): Principal | Promise<Principal> {
    if (isSessionToken(bearer)) {
      return this.sessions.authenticate(bearer).then(({ principal }) => mayChat(principal));
    }
    const found = this.directory.find(bearer);
    return found instanceof Promise ? found.then((standing) => this.admit(standing)) : this.admit(found);
  }

  private admit(standing: KeyStanding): Principal {
    if (!standing.known) throw new UnauthenticatedError(`This API key is not known here. ${HOW_TO}`);
    if (standing.refusal !== null) throw new UnauthenticatedError(REFUSALS[standing.refusal]);
    const principal = mayChat(standing.principal);
    if (principal.keyId !== null) this.marks.mark(principal.keyId);
    return principal;
  }
}

function noCredential(): never {
  throw new UnauthenticatedError(`There is no credential in the request. ${HOW_TO}`);
}

function mayChat(principal: Principal): Principal {
  if (principal.permissions.has('chat')) return principal;
  throw refusedTo(
    principal,
    new PermissionDeniedError("The permission 'chat' is needed to call models. Ask an administrator."),
  );
}
