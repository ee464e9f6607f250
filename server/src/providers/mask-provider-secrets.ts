import type { GatewayError } from '../errors/gateway-error.js';
import { UpstreamError } from '../errors/upstream-error.js';
import type { CatalogProvider } from './catalog-provider.js';

const MASK = '[secret]';
/** Shorter ones would be found in ordinary words. */
const MIN_SECRET_LENGTH = 6;

/** The error without the provider's key and header values, which some providers repeat in what they complain of. */
export function maskProviderSecrets(
  error: GatewayError,
  { apiKey, customHeaders }: Pick<CatalogProvider, 'apiKey' | 'customHeaders'>,
): GatewayError {
  const secrets = [apiKey, ...customHeaders.map(([, value]) => value)]
    .map((secret) => secret.reveal())
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, MASK), error.message);
  if (message === error.message || !(error instanceof UpstreamError)) return error;
  const { code, headers, upstreamStatus, retryAfterSeconds, silence } = error;
  return new UpstreamError(code, message, {
    headers,
    ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(silence === undefined ? {} : { silence }),
  });
}
