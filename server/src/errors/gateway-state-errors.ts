import { GatewayError } from './gateway-error.js';

/** A key that is not in memory cannot be looked up now: neither a yes nor a no can be given. */
export class StoreUnavailableError extends GatewayError {
  constructor(cause?: unknown) {
    super('store_unavailable', 'The key store cannot be reached. Try again shortly.', {
      cause,
      headers: { 'retry-after': '1' },
    });
  }
}

/** The client's next connection reaches another instance, or this one restarted (specification E7). */
export class DrainingError extends GatewayError {
  constructor() {
    super('draining', 'The gateway is shutting down. Try again.', {
      headers: { connection: 'close', 'retry-after': '1' },
    });
  }
}

/** Passwords are slow to verify, and too many wait for that already. */
export class SignInBusyError extends GatewayError {
  constructor() {
    super('sign_in_busy', 'Too many people sign in at this moment. Try again in 2 s.', {
      headers: { 'retry-after': '2' },
    });
  }
}

/** Under `USAGE_WHEN_FULL=strict` nothing is served that could not be recorded. */
export class JournalFullError extends GatewayError {
  constructor() {
    super('journal_full', 'The gateway cannot record calls now: its disk is full. Try again later.', {
      headers: { 'retry-after': '30' },
    });
  }
}

export class InternalError extends GatewayError {
  constructor(cause: unknown) {
    super('internal_error', 'Internal error of the gateway. The log has the details under this request id.', {
      cause,
    });
  }
}
