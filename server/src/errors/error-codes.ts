import type { AnthropicErrorType } from '@ccs/wire';

interface ErrorCodeEntry {
  /** HTTP status the caller sees. */
  readonly status: number;
  /** `error.type` in the Anthropic dialect; the admin API shows `code` instead. */
  readonly type: AnthropicErrorType;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  readonly meaning: string;
}

/** Every error the gateway can answer with. docs/errors.md lists the same codes; a test compares them. */
export const ERROR_CODES = {
  // The caller's own doing
  invalid_request: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    meaning:
      'A field of the request is missing, of the wrong type or not supported; the message begins with its path.',
  },
  malformed_json: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    meaning: 'The body is not JSON.',
  },
  validation_failed: {
    status: 422,
    type: 'invalid_request_error',
    retryable: false,
    meaning: 'Fields of an admin request are invalid; `errors` names each by JSON pointer.',
  },
  unauthenticated: {
    status: 401,
    type: 'authentication_error',
    retryable: false,
    meaning: 'No credential, or one that is unknown, expired or revoked.',
  },
  invalid_credentials: {
    status: 401,
    type: 'authentication_error',
    retryable: false,
    meaning: 'E-mail and password do not match an account.',
  },
  permission_denied: {
    status: 403,
    type: 'permission_error',
    retryable: false,
    meaning: 'The caller is known but may not do this.',
  },
  stale_sign_in: {
    status: 403,
    type: 'permission_error',
    retryable: false,
    meaning: 'Whoever has no password must have signed in less than ten minutes ago for this. Sign in again.',
  },
  foreign_origin: {
    status: 403,
    type: 'permission_error',
    retryable: false,
    meaning:
      'A session cookie came from a page of another site, or from a program; PUBLIC_URL says which site is ours.',
  },
  not_found: { status: 404, type: 'not_found_error', retryable: false, meaning: 'No such resource.' },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    retryable: false,
    meaning: 'The path exists, but not for this HTTP method.',
  },
  gone: {
    status: 410,
    type: 'not_found_error',
    retryable: false,
    meaning: 'This endpoint of the original is gone for good; the message says why and what to use.',
  },
  conflict: {
    status: 409,
    type: 'invalid_request_error',
    retryable: false,
    meaning: 'The object exists already.',
  },
  version_conflict: {
    status: 412,
    type: 'invalid_request_error',
    retryable: false,
    meaning: 'The object was changed since it was read; `current` has it as it is now.',
  },
  request_too_large: {
    status: 413,
    type: 'request_too_large',
    retryable: false,
    meaning: 'The body is larger than the limit.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    retryable: false,
    meaning: 'The body is not application/json.',
  },
  too_many_attempts: {
    status: 429,
    type: 'rate_limit_error',
    retryable: true,
    meaning: 'Too many failed sign-ins; `retry-after` says when to try again.',
  },
  // What a key and its owner may use
  rate_limited: {
    status: 429,
    type: 'rate_limit_error',
    retryable: true,
    meaning:
      'The key, or its owner, has used its requests or tokens per minute; `retry-after` says when there are more.',
  },
  concurrency_limited: {
    status: 429,
    type: 'rate_limit_error',
    retryable: true,
    meaning: 'The key, or its owner, has as many calls under way as it may.',
  },
  budget_busy: {
    status: 429,
    type: 'rate_limit_error',
    retryable: true,
    meaning: 'What is left of a budget may be needed by the calls under way: they run one at a time.',
  },
  budget_spent: {
    status: 429,
    type: 'billing_error',
    retryable: false,
    meaning: 'The budget of the day or month is spent; the message says whose, and when the next one begins.',
  },
  budget_unavailable: {
    status: 529,
    type: 'overloaded_error',
    retryable: true,
    meaning: 'What is left of a budget cannot be checked now; see BUDGET_ON_STORE_LOSS.',
  },
  // Routing
  unknown_model: {
    status: 404,
    type: 'not_found_error',
    retryable: false,
    meaning: 'No enabled provider serves this model; the message lists what exists.',
  },
  unknown_provider: {
    status: 404,
    type: 'not_found_error',
    retryable: false,
    meaning: 'The provider named in the request does not exist; the message lists those that do.',
  },
  provider_disabled: {
    status: 404,
    type: 'not_found_error',
    retryable: false,
    meaning: 'The provider named in the request is disabled.',
  },
  no_usable_provider: {
    status: 404,
    type: 'not_found_error',
    retryable: false,
    meaning: 'No provider is enabled with a credential.',
  },
  // The gateway's own state
  store_unavailable: {
    status: 529,
    type: 'overloaded_error',
    retryable: true,
    meaning: 'The key is not in memory and the store that would know it cannot be reached.',
  },
  journal_full: {
    status: 503,
    type: 'api_error',
    retryable: true,
    meaning: 'The disk takes no usage records, and `USAGE_WHEN_FULL=strict` wants none to be missing.',
  },
  draining: {
    status: 529,
    type: 'overloaded_error',
    retryable: true,
    meaning: 'The gateway is shutting down and takes no new calls.',
  },
  overloaded: {
    status: 529,
    type: 'overloaded_error',
    retryable: true,
    meaning: 'The gateway is at its limit of concurrent work.',
  },
  sign_in_busy: {
    status: 503,
    type: 'overloaded_error',
    retryable: true,
    meaning: 'More sign-ins at once than passwords can be verified; `retry-after` says when to try again.',
  },
  providers_unavailable: {
    status: 529,
    type: 'overloaded_error',
    retryable: true,
    meaning:
      'Every provider that could serve the call is kept out after failures; `retry-after` says until when.',
  },
  providers_cooling: {
    status: 429,
    type: 'rate_limit_error',
    retryable: true,
    meaning:
      'Every provider that could serve the call has asked for a pause; `retry-after` has the shortest.',
  },
  statistics_busy: {
    status: 503,
    type: 'overloaded_error',
    retryable: true,
    meaning: 'A question to the statistics took too long, or too many were asked at once.',
  },
  internal_error: {
    status: 500,
    type: 'api_error',
    retryable: true,
    meaning: 'A fault of the gateway itself; the log has it under the request id.',
  },
  // What a provider answered (conversion specification, section 4)
  upstream_invalid_request: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    meaning: 'The provider refused the request itself.',
  },
  upstream_context_length: {
    status: 400,
    type: 'invalid_request_error',
    retryable: false,
    meaning: 'The prompt does not fit the context window of the model.',
  },
  upstream_credential: {
    status: 502,
    type: 'api_error',
    retryable: false,
    meaning: 'The provider refused the credential of the gateway, not that of the caller.',
  },
  upstream_billing: {
    status: 402,
    type: 'billing_error',
    retryable: false,
    meaning: 'The account at the provider has no credit left.',
  },
  upstream_not_found: {
    status: 404,
    type: 'not_found_error',
    retryable: false,
    meaning: 'The provider does not know the model or the address.',
  },
  upstream_too_large: {
    status: 413,
    type: 'request_too_large',
    retryable: false,
    meaning: 'The provider found the request too large.',
  },
  upstream_rate_limited: {
    status: 429,
    type: 'rate_limit_error',
    retryable: true,
    meaning: 'The provider limits the rate; `retry-after` passes.',
  },
  upstream_overloaded: {
    status: 529,
    type: 'overloaded_error',
    retryable: true,
    meaning: 'The provider is overloaded.',
  },
  upstream_timeout: {
    status: 504,
    type: 'timeout_error',
    retryable: true,
    meaning: 'The provider did not answer in time.',
  },
  upstream_internal: {
    status: 500,
    type: 'api_error',
    retryable: true,
    meaning: 'The provider failed with a 500.',
  },
  upstream_failed: {
    status: 502,
    type: 'api_error',
    retryable: true,
    meaning: 'The provider failed, answered something that is no answer, or broke off.',
  },
  upstream_unreachable: {
    status: 502,
    type: 'api_error',
    retryable: true,
    meaning: 'No connection to the provider: refused, DNS or TLS.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
