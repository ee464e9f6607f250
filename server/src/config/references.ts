/**
 * `${VAR}` and `${VAR:-default}` in texts of provider.json. As in a shell, a variable that is set to nothing counts
 * as unset. Anything else that looks similar is plain text.
 */
const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Secrets of the gateway itself: no reference may carry them to a provider. */
const OWN_SECRETS = new Set([
  'JWT_SECRET_KEY',
  'ENCRYPTION_KEY',
  'DATABASE_URL',
  'REDIS_URL',
  'ADMIN_PASSWORD',
  'METRICS_TOKEN',
]);

export type Variables = Readonly<Record<string, string | undefined>>;

export type Resolution =
  | { readonly value: string; readonly unset: null }
  /** The first variable without a value. */
  | { readonly value: null; readonly unset: string };

export function hasReference(text: string): boolean {
  return [...text.matchAll(REFERENCE)].length > 0;
}

/** The first of the gateway's own secrets that a text names; null: it names none. */
export function namedOwnSecret(text: string): string | null {
  const names = [...text.matchAll(REFERENCE)].map((match) => match[1] ?? '');
  return names.find(isOwnSecret) ?? null;
}

export function resolveReferences(text: string, variables: Variables): Resolution {
  let unset: string | null = null;
  const value = text.replace(REFERENCE, (_, name: string, fallback: string | undefined) => {
    const given = isOwnSecret(name) ? undefined : variables[name];
    const resolved = given === undefined || given === '' ? fallback : given;
    if (resolved === undefined) unset ??= name;
    return resolved ?? '';
  });
  return unset === null ? { value, unset } : { value: null, unset };
}

function isOwnSecret(name: string): boolean {
  const folded = name.toUpperCase();
  return OWN_SECRETS.has(folded) || folded.endsWith('_CLIENT_SECRET');
}
