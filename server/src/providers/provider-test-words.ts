import type { TestFailure } from '@ccs/dto';
import type { ErrorCode } from '../errors/error-codes.js';
import type { GatewayError } from '../errors/gateway-error.js';
import { UpstreamError, type UpstreamSilence } from '../errors/upstream-error.js';

const HINT_OF_SILENCE: Readonly<Record<UpstreamSilence, string>> = {
  refused: 'Check host and port of base_url, and that the server runs.',
  dns: 'Check the spelling of the host in base_url, and that this machine can resolve it.',
  tls: 'Check that base_url has the right host; for a certificate of your own authority set "ca".',
  connect_timeout: 'A firewall may be in between: check that this machine can reach the host and port.',
  forbidden: 'Addresses that are not on the public internet need ALLOW_PRIVATE_PROVIDERS=true.',
  reset:
    'Check that base_url begins with the right one of http:// and https://, and that nothing in between ends connections.',
  timeout: 'The provider is slow or stuck; if it only needs longer, raise "timeout".',
};

const HINT_OF_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  upstream_credential:
    'Check the key, and that it may use this model. Some providers want auth "bearer" or "x-api-key".',
  upstream_billing: 'The account at the provider has no credit left: top it up, or use another key.',
  upstream_not_found:
    'Check the model name ("Discover" lists what there is) and base_url: for openai with its version (…/v1), for anthropic without.',
  upstream_rate_limited: 'The key works, but it is used too much at the moment: try again later.',
  upstream_overloaded: 'The key works, but the provider is overloaded: try again later.',
  upstream_context_length: 'The model has a very small context window: choose another one.',
  upstream_invalid_request:
    'The provider wants the request another way: choose its preset, or set the trait it complains of in the profile.',
  upstream_failed: 'That is no answer of the API: check the path of base_url.',
};

const DEFAULT_HINT = 'Try again; if it goes on, ask the provider.';

/** A failure of a test, with what to try. */
export function testFailure(error: GatewayError): TestFailure {
  const silence = error instanceof UpstreamError ? error.silence : undefined;
  const hint = silence === undefined ? HINT_OF_CODE[error.code] : HINT_OF_SILENCE[silence];
  return { code: error.code, message: error.message, hint: hint ?? DEFAULT_HINT };
}
