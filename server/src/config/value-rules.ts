/** What is right instead; null: the value is right. */
export type ValueRule = (value: unknown) => string | null;

export const boolean: ValueRule = (value) => (typeof value === 'boolean' ? null : 'must be true or false');

export const text: ValueRule = (value) => (typeof value === 'string' ? null : 'must be a string');

export const anyObject: ValueRule = (value) => (isObject(value) ? null : 'must be an object');

export const oneOf =
  (...allowed: readonly string[]): ValueRule =>
  (value) =>
    typeof value === 'string' && allowed.includes(value) ? null : `must be one of ${allowed.join(', ')}`;

export const integer =
  (min: number, max: number): ValueRule =>
  (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? null
      : `must be a whole number between ${min} and ${max}`;

/** Seconds, fractions too. */
export const seconds: ValueRule = (value) =>
  typeof value === 'number' && value > 0 && value <= 86_400 ? null : 'must be a number of seconds above 0';

export const number =
  (min: number): ValueRule =>
  (value) =>
    typeof value === 'number' && Number.isFinite(value) && value >= min
      ? null
      : `must be a number of at least ${min}`;

export const listOfTexts: ValueRule = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && item.trim() !== '')
    ? null
    : 'must be a list of non-empty strings';

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
