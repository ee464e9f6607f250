import type { GatewayError } from '../errors/gateway-error.js';
import { UpstreamError } from '../errors/upstream-error.js';
import type { UpstreamProvider } from './upstream-provider.js';

const MASK = '[secret]';
/** Shorter ones would be found in ordinary words. */
const MIN_SECRET_LENGTH = 6;

/**
 * The error without the provider's key and header values, which some providers repeat in what they complain of. The
 * masks of conversion know keys by their looks only.
 */
export function maskProviderSecrets<E extends GatewayError>(
  error: E,
  { apiKey, customHeaders }: Pick<UpstreamProvider, 'apiKey' | 'customHeaders'>,
): E | UpstreamError {
  if (!(error instanceof UpstreamError)) return error;
  const secrets = [apiKey, ...customHeaders.map(([, value]) => value)]
    .map((secret) => secret.reveal())
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    // One that is part of another would leave the rest of that one.
    .sort((one, other) => other.length - one.length);
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, MASK), error.message);
  return message === error.message ? error : error.withMessage(message);
}
