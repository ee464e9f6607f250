import { GatewayError, type GatewayErrorOptions } from './gateway-error.js';
import type { ErrorCode } from './error-codes.js';

export type UpstreamErrorCode = Extract<ErrorCode, `upstream_${string}`>;

/**
 * Why no answer came. `reset`: the connection broke after the request was sent; `forbidden`: we do not connect to such
 * an address; `timeout`: nothing in time.
 */
export type UpstreamSilence =
  'refused' | 'dns' | 'tls' | 'connect_timeout' | 'forbidden' | 'reset' | 'timeout';

export interface UpstreamErrorOptions extends GatewayErrorOptions {
  /** HTTP status the provider answered with; absent for network failures and errors inside a 200. */
  readonly upstreamStatus?: number;
  /** Seconds to wait, as the provider said or as read from its words. */
  readonly retryAfterSeconds?: number;
  /** Set where there was no answer at all. */
  readonly silence?: UpstreamSilence;
  /** What the provider's `x-should-retry` said. */
  readonly shouldRetry?: boolean;
}

/**
 * A provider failed or refused. `message` has the provider's words with keys masked and HTML removed
 * (conversion specification E2).
 */
export class UpstreamError extends GatewayError {
  declare readonly code: UpstreamErrorCode;
  readonly upstreamStatus: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly silence: UpstreamSilence | undefined;
  readonly shouldRetry: boolean | undefined;

  constructor(code: UpstreamErrorCode, message: string, options: UpstreamErrorOptions = {}) {
    super(code, message, options);
    this.upstreamStatus = options.upstreamStatus;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.silence = options.silence;
    this.shouldRetry = options.shouldRetry;
  }

  /** The same in other words. */
  withMessage(message: string): UpstreamError {
    const { headers, cause, upstreamStatus, retryAfterSeconds, silence, shouldRetry } = this;
    return new UpstreamError(this.code, message, {
      headers,
      ...(cause === undefined ? {} : { cause }),
      ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(silence === undefined ? {} : { silence }),
      ...(shouldRetry === undefined ? {} : { shouldRetry }),
    });
  }
}
