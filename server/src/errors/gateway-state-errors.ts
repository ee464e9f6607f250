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

const because = (reasons: readonly string[]): string =>
  reasons.length === 0 ? '' : ` (${reasons.slice(0, 10).join('; ')}${reasons.length > 10 ? '; …' : ''})`;

/** Every provider that could serve the call is at its limit of concurrent calls, and its queue is full (E7). */
export class OverloadedError extends GatewayError {
  constructor(reasons: readonly string[]) {
    super('overloaded', `Too many calls at once for this model.${because(reasons)} Try again shortly.`, {
      headers: { 'retry-after': '1' },
    });
  }
}

/** A question to the statistics takes too long, or too many are being answered. */
export class StatisticsBusyError extends GatewayError {
  constructor(cause?: unknown) {
    super('statistics_busy', 'This takes the statistics too long. Ask for a shorter range, or try again.', {
      cause,
      headers: { 'retry-after': '2' },
    });
  }
}

/** Every provider that could serve the call has failed so often that it is left alone for now (E7). */
export class ProvidersOpenError extends GatewayError {
  constructor(reasons: readonly string[], retryAfterSeconds: number) {
    super('providers_unavailable', `No provider for this model is available now.${because(reasons)}`, {
      headers: { 'retry-after': String(retryAfterSeconds) },
    });
  }
}

/** Every provider that could serve the call has said to come back later (E7). */
export class ProvidersCoolingError extends GatewayError {
  constructor(reasons: readonly string[], retryAfterSeconds: number) {
    super(
      'providers_cooling',
      `Every provider for this model is cooling down; try again in ${retryAfterSeconds} s.${because(reasons)}`,
      { headers: { 'retry-after': String(retryAfterSeconds) } },
    );
  }
}

export class InternalError extends GatewayError {
  constructor(cause: unknown) {
    super('internal_error', 'Internal error of the gateway. The log has the details under this request id.', {
      cause,
    });
  }
}
