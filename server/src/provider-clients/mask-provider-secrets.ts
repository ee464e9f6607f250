import type { GatewayError } from '../errors/gateway-error.js';
import { UpstreamError } from '../errors/upstream-error.js';
import type { UpstreamProvider } from './upstream-provider.js';

type WithSecrets = Pick<UpstreamProvider, 'apiKey' | 'customHeaders'>;

const MASK = '[secret]';
/** Shorter ones would be found in ordinary words. */
const MIN_SECRET_LENGTH = 6;

/**
 * The error without the provider's key and header values, which some providers repeat in what they complain of. The
 * masks of conversion know keys by their looks only.
 */
export function maskProviderSecrets<E extends GatewayError>(
  error: E,
  provider: WithSecrets,
): E | UpstreamError {
  if (!(error instanceof UpstreamError)) return error;
  // One that is part of another would leave the rest of that one.
  const secrets = secretsOf(provider).sort((one, other) => other.length - one.length);
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, MASK), error.message);
  return message === error.message ? error : error.withMessage(message);
}

/** Whether a body of the provider repeats its key or a header value, and must not be passed on as it is. */
export function repeatsSecrets(body: Buffer, provider: WithSecrets): boolean {
  return secretsOf(provider).some((secret) => body.includes(secret));
}

function secretsOf({ apiKey, customHeaders }: WithSecrets): string[] {
  return [apiKey, ...customHeaders.map(([, value]) => value)]
    .map((secret) => secret.reveal())
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH);
}
