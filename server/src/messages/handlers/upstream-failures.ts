import type { AnthropicErrorBody, AnthropicErrorType } from '@ccs/wire';
import type { IncomingHttpHeaders } from 'node:http';
import {
  brokenAnswer,
  convertError,
  convertErrorInBody,
} from '../../converters/anthropic-openai/convert-error.js';
import { UpstreamError, type UpstreamErrorCode } from '../../errors/upstream-error.js';
import { maskProviderSecrets } from '../../provider-clients/mask-provider-secrets.js';
import type { NetworkFailure } from '../../provider-clients/upstream-exchange.js';
import type { UpstreamProvider } from '../../provider-clients/upstream-provider.js';

/** The error in an HTTP answer of a provider, without its secrets; a 2xx that is no answer counts as one. */
export function errorOfAnswer(
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer,
  provider: UpstreamProvider,
): UpstreamError {
  const text = body.toString('utf8');
  if (status >= 300) {
    const error = convertError({ providerName: provider.name, status, headers, body: text });
    return maskProviderSecrets(error, provider);
  }
  const parsed = parseJson(text);
  return parsed === undefined
    ? brokenAnswer(provider.name, 'answered with something that is not JSON')
    : maskProviderSecrets(convertErrorInBody(parsed, provider.name), provider);
}

export function networkError(failure: NetworkFailure | 'timeout', providerName: string): UpstreamError {
  return convertError({
    providerName,
    network: failure === 'aborted' || failure === 'stale' ? 'reset' : failure,
  });
}

/** Undefined for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const CODE_OF_TYPE: Readonly<Record<AnthropicErrorType, UpstreamErrorCode>> = {
  invalid_request_error: 'upstream_invalid_request',
  authentication_error: 'upstream_credential',
  billing_error: 'upstream_billing',
  permission_error: 'upstream_credential',
  not_found_error: 'upstream_not_found',
  request_too_large: 'upstream_too_large',
  rate_limit_error: 'upstream_rate_limited',
  timeout_error: 'upstream_timeout',
  api_error: 'upstream_failed',
  overloaded_error: 'upstream_overloaded',
};

/**
 * The error an Anthropic stream ended with, without the provider's secrets; a type nobody knows counts as a failure of
 * the provider.
 */
export function errorOfEvent({ error }: AnthropicErrorBody, provider: UpstreamProvider): UpstreamError {
  const code = Object.hasOwn(CODE_OF_TYPE, error.type) ? CODE_OF_TYPE[error.type] : 'upstream_failed';
  return maskProviderSecrets(new UpstreamError(code, error.message), provider);
}
