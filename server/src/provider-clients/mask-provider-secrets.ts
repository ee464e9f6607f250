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
  const message = maskSecretsIn(error.message, provider);
  return message === error.message ? error : error.withMessage(message);
}

/** A text without them; it may be JSON. */
export function maskSecretsIn(text: string, provider: WithSecrets): string {
  return spellingsOf(provider).reduce((masked, spelling) => masked.replaceAll(spelling, MASK), text);
}

/** Whether a body of the provider repeats its key or a header value, and must not be passed on as it is. */
export function repeatsSecrets(body: Buffer, provider: WithSecrets): boolean {
  return spellingsOf(provider).some((spelling) => body.includes(spelling));
}

/** Each as it is and as it stands in JSON; the longest first, for one that is part of another would leave its rest. */
function spellingsOf({ apiKey, customHeaders }: WithSecrets): string[] {
  const secrets = [apiKey, ...customHeaders.map(([, value]) => value)]
    .map((secret) => secret.reveal())
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  const spellings = secrets.flatMap((secret) => {
    const json = JSON.stringify(secret).slice(1, -1);
    return [secret, json, ...[json, asAscii(json)].map((each) => each.replaceAll('/', '\\/')), asAscii(json)];
  });
  return [...new Set(spellings)].sort((one, other) => other.length - one.length);
}

/** As JSON is written by those who keep to ASCII (Python's `json`). */
function asAscii(json: string): string {
  return json.replaceAll(
    /[^\u0020-\u007e]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
