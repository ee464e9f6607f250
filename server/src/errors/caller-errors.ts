import { GatewayError, type GatewayErrorOptions } from './gateway-error.js';

/** A field of a `/v1` request is wrong; `path` is where (`messages.2.content.0`), and begins the message. */
export class InvalidRequestError extends GatewayError {
  constructor(
    readonly path: string,
    problem: string,
  ) {
    super('invalid_request', path === '' ? problem : `${path}: ${problem}`);
  }
}

/** The body is not JSON at all. */
export class MalformedJsonError extends GatewayError {
  constructor(detail: string) {
    super('malformed_json', `The request body is not valid JSON: ${detail}`);
  }
}

export interface FieldProblem {
  /** JSON pointer into the request body (RFC 6901). */
  readonly pointer: string;
  /** Stable word for the rule that failed, for translation. */
  readonly code: string;
  readonly detail: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** Fields of an admin request are invalid, all of them at once. */
export class ValidationFailedError extends GatewayError {
  constructor(readonly errors: readonly FieldProblem[]) {
    super('validation_failed', errors.map((e) => `${e.pointer}: ${e.detail}`).join('; '));
  }
}

/** No credential, or one that is unknown, expired or revoked. The client must not retry with the same one. */
export class UnauthenticatedError extends GatewayError {
  constructor(message: string) {
    super('unauthenticated', message, { headers: { 'x-should-retry': 'false' } });
  }
}

/** Wrong e-mail or password; one text for both, so that nobody learns which accounts exist. */
export class InvalidCredentialsError extends GatewayError {
  constructor() {
    super('invalid_credentials', 'Invalid email or password');
  }
}

export class PermissionDeniedError extends GatewayError {
  constructor(message: string) {
    super('permission_denied', message);
  }
}

/** A session alone is no proof that its owner asks: he has no password to show, and signed in a while ago. */
export class StaleSignInError extends GatewayError {
  constructor() {
    super(
      'stale_sign_in',
      'This needs a sign-in less than 10 minutes old. Sign in again, then try once more.',
    );
  }
}

/** A cookie came along with a request that no page of this site can be shown to have sent. */
export class ForeignOriginError extends GatewayError {
  constructor(publicOrigin: string) {
    super(
      'foreign_origin',
      `This is open to pages of ${publicOrigin} only. If people reach the portal elsewhere, set PUBLIC_URL to that address.`,
    );
  }
}

export class NotFoundError extends GatewayError {
  constructor(message: string) {
    super('not_found', message);
  }
}

export class MethodNotAllowedError extends GatewayError {
  constructor(method: string, allowed: readonly string[]) {
    super('method_not_allowed', `${method} is not allowed here; use ${allowed.join(' or ')}`, {
      headers: { allow: allowed.join(', ') },
    });
  }
}

/** An endpoint of the original that was taken away on purpose. */
export class GoneError extends GatewayError {
  constructor(message: string) {
    super('gone', message);
  }
}

export class ConflictError extends GatewayError {
  constructor(message: string) {
    super('conflict', message);
  }
}

/** A write named a version that is not the present one; `current` is the object as answers show it. */
export class VersionConflictError extends GatewayError {
  constructor(readonly current: object) {
    super('version_conflict', 'Somebody else has changed this meanwhile. Look at it and try again.');
  }
}

export class RequestTooLargeError extends GatewayError {
  constructor(limitBytes: number) {
    super('request_too_large', `The request body is larger than ${Math.floor(limitBytes / 1_048_576)} MB`);
  }
}

export class UnsupportedMediaTypeError extends GatewayError {
  constructor(contentType: string | undefined) {
    super(
      'unsupported_media_type',
      contentType === undefined
        ? 'content-type: missing; send application/json'
        : `content-type: ${contentType.slice(0, 100)} is not supported; send application/json`,
    );
  }
}

export class TooManyAttemptsError extends GatewayError {
  constructor(retryAfterSeconds: number, options: GatewayErrorOptions = {}) {
    super('too_many_attempts', `Too many failed attempts. Try again in ${retryAfterSeconds} s.`, {
      ...options,
      headers: { 'retry-after': String(retryAfterSeconds) },
    });
  }
}
