const MASK = '[secret]';

/** What a field is, by the last word of its name: `access_token` is one, `max_tokens` and `token_limit` count them. */
const SECRETS: ReadonlySet<string> = new Set([
  'password',
  'passwords',
  'passphrase',
  'secret',
  'secrets',
  'token',
  'credential',
  'credentials',
  'authorization',
  'cookie',
  'cookies',
  'digest',
  'digests',
  // A provider's credential may be in any of them.
  'headers',
]);
/** `password_hash`, `secret_value`: what it is of says whether it is one. */
const FORMS: ReadonlySet<string> = new Set(['hash', 'value', 'text', 'plain', 'encrypted', 'sealed']);
/** `key_prefix`, `sort_key` and the like are none. */
const SECRET_KEY = /^((.* )?(api|access|private|signing|encryption|secret) )?keys?$/;

/**
 * A copy as plain JSON in which the values of fields that hold a secret are replaced; that one was there can still
 * be seen. Whether a secret is set (a boolean) is none.
 */
export function maskSecrets(
  fields: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, unknown> | null {
  if (fields === null || fields === undefined) return null;
  const text = JSON.stringify(fields, (name, value: unknown) =>
    holdsSecret(name) && value !== null && typeof value !== 'boolean' ? MASK : value,
  );
  // What JSON.stringify made of an object is one.
  return JSON.parse(text) as Record<string, unknown>;
}

function holdsSecret(name: string): boolean {
  const words = wordsOf(name);
  while (words.length > 1 && FORMS.has(words.at(-1) ?? '')) words.pop();
  return SECRETS.has(words.at(-1) ?? '') || SECRET_KEY.test(words.join(' ').replace('apikey', 'api key'));
}

/** Of `snake_case`, `camelCase`, `Header-Case`, `UPPER_CASE`. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
