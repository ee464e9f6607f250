import { isDeepStrictEqual } from 'node:util';

type Fields = Readonly<Record<string, unknown>>;

/** The fields in which two objects differ, as they are in each; null: in none. What is not set is left out. */
export function differingFields(before: object, after: object): { before: Fields; after: Fields } | null {
  const one = new Map<string, unknown>(Object.entries(before));
  const other = new Map<string, unknown>(Object.entries(after));
  const names = [...new Set([...one.keys(), ...other.keys()])].filter(
    (name) => !isDeepStrictEqual(one.get(name), other.get(name)),
  );
  if (names.length === 0) return null;
  const pick = (fields: ReadonlyMap<string, unknown>): Fields =>
    Object.fromEntries(
      names.flatMap((name) => (fields.get(name) === undefined ? [] : [[name, fields.get(name)]])),
    );
  return { before: pick(one), after: pick(other) };
}
