import { isRecord, setOwn, type JsonRecord } from '../json-record.js';
import { resolveReference } from './schema-keywords.js';

const ALTERNATIVES = ['anyOf', 'oneOf'] as const;
/** Branches in branches, and members looked at in all: no real schema comes near. */
const MAX_DEPTH = 16;
const MAX_MEMBERS = 20_000;

interface ObjectShape {
  /** Name -> schema; the first one to name a property wins. */
  readonly properties: Map<string, unknown>;
  readonly required: Set<string>;
}

export function hasComposition(schema: JsonRecord): boolean {
  return Array.isArray(schema['anyOf']) || Array.isArray(schema['oneOf']) || Array.isArray(schema['allOf']);
}

/**
 * An object schema without `anyOf`, `oneOf` and `allOf` at its top, which OpenAI rejects there: the properties
 * of all branches, required being what every alternative requires and what any part of an `allOf` does
 * (specification R4.2, dialect `openai`). Branches that refer into the document are followed.
 */
export function flattenComposition(schema: JsonRecord): JsonRecord {
  const shape = shapeOf(schema, schema, 0, { left: MAX_MEMBERS });
  const { anyOf: _anyOf, oneOf: _oneOf, allOf: _allOf, ...rest } = schema;
  const properties: Record<string, unknown> = {};
  for (const [name, property] of shape.properties) setOwn(properties, name, property);
  return {
    ...rest,
    properties,
    ...(shape.required.size > 0 || Array.isArray(schema['required'])
      ? { required: [...shape.required] }
      : {}),
  };
}

function shapeOf(schema: JsonRecord, root: JsonRecord, depth: number, budget: { left: number }): ObjectShape {
  const shape: ObjectShape = { properties: new Map(), required: new Set() };
  if (depth > MAX_DEPTH || budget.left-- <= 0) return shape;
  const target = resolveReference(root, schema['$ref']);
  if (depth > 0 && target !== undefined) addAll(shape, shapeOf(target, root, depth + 1, budget));
  const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : [];
  const required = namesIn(schema['required']);
  budget.left -= properties.length + required.length;
  addProperties(shape, properties);
  for (const name of required) shape.required.add(name);
  for (const part of branchesOf(schema, 'allOf')) addAll(shape, shapeOf(part, root, depth + 1, budget));
  for (const keyword of ALTERNATIVES) {
    const shapes = branchesOf(schema, keyword).map((branch) => shapeOf(branch, root, depth + 1, budget));
    for (const each of shapes) addProperties(shape, each.properties);
    for (const name of requiredByAll(shapes)) shape.required.add(name);
  }
  return shape;
}

function addAll(shape: ObjectShape, other: ObjectShape): void {
  addProperties(shape, other.properties);
  for (const name of other.required) shape.required.add(name);
}

function addProperties(shape: ObjectShape, entries: Iterable<readonly [string, unknown]>): void {
  for (const [name, property] of entries)
    if (!shape.properties.has(name)) shape.properties.set(name, property);
}

function requiredByAll(shapes: readonly ObjectShape[]): string[] {
  const [first, ...others] = shapes;
  return [...(first?.required ?? [])].filter((name) => others.every((shape) => shape.required.has(name)));
}

function branchesOf(schema: JsonRecord, keyword: string): JsonRecord[] {
  const branches = schema[keyword];
  return Array.isArray(branches) ? (branches as readonly unknown[]).filter(isRecord) : [];
}

function namesIn(required: unknown): string[] {
  return Array.isArray(required)
    ? (required as readonly unknown[]).filter((name) => typeof name === 'string')
    : [];
}
