import { isRecord } from '../scripts/value-reader.js';

const DEEPEST = 8;

/** A small value that satisfies the usual JSON schemas of structured output: required properties, first enum value. */
export function sampleForSchema(schema: unknown, depth = 0): unknown {
  if (!isRecord(schema) || depth > DEEPEST) return {};
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown;
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return sampleForSchema(choices[0], depth + 1);
  switch (typeOf(schema)) {
    case 'string':
      return 'Simulator';
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return typeof schema['minItems'] === 'number' && schema['minItems'] > 0
        ? [sampleForSchema(schema['items'], depth + 1)]
        : [];
    default:
      return sampleObject(schema, depth);
  }
}

function typeOf(schema: Record<string, unknown>): unknown {
  const type = schema['type'];
  return Array.isArray(type) ? type[0] : type;
}

function sampleObject(schema: Record<string, unknown>, depth: number): Record<string, unknown> {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name))
      .map(([name, property]) => [name, sampleForSchema(property, depth + 1)]),
  );
}
