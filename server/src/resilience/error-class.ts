import type { UpstreamError } from '../errors/upstream-error.js';

/**
 * What a failed attempt was, which decides everything that follows it: retry, fallback, breaker, cooldown
 * (`attempt-policy.ts`).
 *
 * - `connect`: nothing was sent. `ambiguous`: sent, and then no answer, or none in time.
 * - `transient`: 408 and 5xx. `overload`: 529, or a 503 that says so.
 * - `throttle`: 429. `quota`: 402, or a 429 that means the account. `auth`: 401. `forbidden`: 403.
 * - `model_missing`: 404. `caller`: the request itself is at fault.
 * - `bad_answer`: a 2xx that is no answer. `empty`: an answer without any output.
 * - `mid_stream`: a failure after the first event had gone to the client.
 */
export type ErrorClass =
  | 'connect'
  | 'ambiguous'
  | 'transient'
  | 'overload'
  | 'throttle'
  | 'quota'
  | 'auth'
  | 'forbidden'
  | 'model_missing'
  | 'caller'
  | 'bad_answer'
  | 'empty'
  | 'mid_stream';

/** The class of a failure before the first event; the caller knows by himself about the later ones. */
export function classifyError(error: UpstreamError): ErrorClass {
  if (error.silence !== undefined) {
    return error.silence === 'reset' || error.silence === 'timeout' ? 'ambiguous' : 'connect';
  }
  switch (error.code) {
    case 'upstream_invalid_request':
    case 'upstream_context_length':
    case 'upstream_too_large':
      return 'caller';
    case 'upstream_credential':
      return error.upstreamStatus === 403 ? 'forbidden' : 'auth';
    case 'upstream_billing':
      return 'quota';
    case 'upstream_not_found':
      return 'model_missing';
    case 'upstream_rate_limited':
      return 'throttle';
    case 'upstream_overloaded':
      // A 503 of a load balancer says nothing about load; Anthropic's 529 and those who name it do.
      return error.upstreamStatus === 503 && !/overload/i.test(error.message) ? 'transient' : 'overload';
    case 'upstream_timeout':
    case 'upstream_internal':
    case 'upstream_unreachable':
      return 'transient';
    case 'upstream_failed':
      return error.upstreamStatus === undefined ? 'bad_answer' : 'transient';
    default:
      return error.code satisfies never;
  }
}
