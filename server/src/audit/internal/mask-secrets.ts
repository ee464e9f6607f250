const SECRET_NAMES = /password|secret|token|api_?key$|credential|authorization|cookie|digest|header/i;
const MASK = '[secret]';

/**
 * A copy as plain JSON in which the values of fields that can hold a secret are replaced; that one was there can
 * still be seen.
 */
export function maskSecrets(
  fields: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, unknown> | null {
  if (fields === null || fields === undefined) return null;
  const text = JSON.stringify(fields, (name, value: unknown) =>
    SECRET_NAMES.test(name) && value !== null && typeof value !== 'boolean' ? MASK : value,
  );
  // What JSON.stringify made of an object is one.
  return JSON.parse(text) as Record<string, unknown>;
}
