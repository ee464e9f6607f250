import { isRecord, type JsonRecord } from '../json-record.js';

/** Keywords whose value maps names to schemas. */
const MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);

/** Keywords whose value is data and not a schema, whatever it looks like. */
const DATA: ReadonlySet<string> = new Set([
  'const',
  'default',
  'enum',
  'example',
  'examples',
  'required',
  'dependentRequired',
  'type',
]);

/** How the value of a keyword is to be read: as schemas by name, as data, or as a schema or a list of them. */
export type KeywordKind = 'map' | 'data' | 'schema';

export function keywordKind(keyword: string): KeywordKind {
  if (MAPS.has(keyword)) return 'map';
  return DATA.has(keyword) ? 'data' : 'schema';
}

/** Schemas directly within a schema. */
export function subschemas(schema: JsonRecord): JsonRecord[] {
  const found: JsonRecord[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const kind = keywordKind(keyword);
    if (kind === 'data') continue;
    if (Array.isArray(value)) for (const item of value as readonly unknown[]) pushRecord(found, item);
    else if (kind === 'map' && isRecord(value))
      for (const item of Object.values(value)) pushRecord(found, item);
    else pushRecord(found, value);
  }
  return found;
}

/**
 * What a reference within the document points to (`#/$defs/X`, RFC 6901); undefined for anything else. The
 * document itself is `#`.
 */
export function resolveReference(root: JsonRecord, reference: unknown): JsonRecord | undefined {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined;
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let value: unknown = root;
  for (const token of reference.slice(2).split('/')) {
    const key = decodeToken(token);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    // An own member of an object or array that came from JSON.
    value = (value as JsonRecord)[key];
  }
  return isRecord(value) ? value : undefined;
}

function decodeToken(token: string): string {
  let text = token;
  try {
    text = decodeURIComponent(token);
  } catch {
    // A stray percent sign stands for itself.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

function pushRecord(list: JsonRecord[], value: unknown): void {
  if (isRecord(value)) list.push(value);
}
