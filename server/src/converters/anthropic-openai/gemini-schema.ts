import { isRecord, setOwn, type JsonRecord } from '../json-record.js';
import { keywordKind, resolveReference } from './schema-keywords.js';

const DROPPED: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$defs',
  'definitions',
  '$ref',
  'additionalProperties',
  'propertyNames',
  'patternProperties',
  'exclusiveMinimum',
  'exclusiveMaximum',
]);
const FORMATS: ReadonlySet<unknown> = new Set(['date-time', 'enum']);

/** References inlined in a chain, and members that inlining may copy in all: beyond that only a type is left. */
const MAX_REFERENCE_DEPTH = 32;
const MAX_INLINED_MEMBERS = 20_000;

/** References followed on the way to a schema, innermost first. */
interface Trail {
  readonly reference: string;
  readonly outer: Trail | null;
  readonly depth: number;
}

interface Task {
  readonly schema: JsonRecord;
  readonly into: Record<string, unknown>;
  readonly trail: Trail | null;
}

/**
 * A schema in the subset that Gemini's OpenAI endpoint takes (specification R4.2, dialect `gemini`):
 * unsupported keywords gone, null unions nullable, `const` an enum, references inlined. Works level by level
 * on a list of its own, so depth costs no stack.
 */
export function toGeminiSchema(root: JsonRecord): {
  readonly schema: JsonRecord;
  readonly simplified: boolean;
} {
  return new GeminiSchemaWriter(root).write();
}

class GeminiSchemaWriter {
  readonly #tasks: Task[] = [];
  #inlinedMembers = 0;
  #simplified = false;

  constructor(private readonly root: JsonRecord) {}

  write(): { readonly schema: JsonRecord; readonly simplified: boolean } {
    const schema = this.#later(this.root, null);
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) this.#convert(task);
    return { schema, simplified: this.#simplified };
  }

  /** The object that will hold the converted schema once its turn comes. */
  #later(schema: JsonRecord, trail: Trail | null): Record<string, unknown> {
    const into: Record<string, unknown> = {};
    this.#tasks.push({ schema, into, trail });
    return into;
  }

  #convert({ schema, into, trail }: Task): void {
    if (trail !== null && this.#inlinedMembers > MAX_INLINED_MEMBERS) {
      into['type'] = typeof schema['type'] === 'string' ? schema['type'] : 'object';
      return;
    }
    const inlined = this.#inline(schema, trail);
    const members = Object.entries(inlined.schema);
    this.#count(members, inlined.trail);
    for (const [keyword, value] of members) {
      this.#writeKeyword(keyword, value, inlined.schema, into, inlined.trail);
    }
  }

  /** Follows `$ref` at this very place; members beside it win over those of the target. */
  #inline(schema: JsonRecord, trail: Trail | null): { schema: JsonRecord; trail: Trail | null } {
    let merged = schema;
    let followed = trail;
    while (merged['$ref'] !== undefined) {
      this.#simplified = true;
      const { $ref: reference, ...siblings } = merged;
      const target = resolveReference(this.root, reference);
      if (target === undefined || typeof reference !== 'string') return { schema: siblings, trail: followed };
      if (isOnTrail(followed, reference) || this.#mayNotInline(followed)) {
        return { schema: { type: target['type'] ?? 'object', ...siblings }, trail: followed };
      }
      followed = { reference, outer: followed, depth: (followed?.depth ?? 0) + 1 };
      merged = { ...target, ...siblings };
    }
    return { schema: merged, trail: followed };
  }

  #mayNotInline(trail: Trail | null): boolean {
    return (trail?.depth ?? 0) >= MAX_REFERENCE_DEPTH || this.#inlinedMembers > MAX_INLINED_MEMBERS;
  }

  #count(members: readonly unknown[], trail: Trail | null): void {
    if (trail !== null) this.#inlinedMembers += members.length;
  }

  #writeKeyword(
    keyword: string,
    value: unknown,
    schema: JsonRecord,
    into: Record<string, unknown>,
    trail: Trail | null,
  ): void {
    if (DROPPED.has(keyword) || (keyword === 'format' && !FORMATS.has(value))) {
      this.#simplified = true;
    } else if (keyword === 'type') {
      this.#writeType(value, into);
    } else if (keyword === 'const') {
      this.#simplified = true;
      if (schema['type'] === undefined) into['type'] = 'string';
      into['enum'] = [value];
    } else if (keyword !== 'enum' || schema['const'] === undefined) {
      setOwn(into, keyword, this.#convertValue(keyword, value, trail));
    }
  }

  #writeType(type: unknown, into: Record<string, unknown>): void {
    if (Array.isArray(type) && type.length === 2 && type.includes('null')) {
      this.#simplified = true;
      into['type'] = (type as readonly unknown[]).find((name) => name !== 'null') ?? 'null';
      into['nullable'] = true;
    } else {
      into['type'] = type;
    }
  }

  #convertValue(keyword: string, value: unknown, trail: Trail | null): unknown {
    const kind = keywordKind(keyword);
    if (kind === 'data') return value;
    if (Array.isArray(value)) {
      this.#count(value, trail);
      return (value as readonly unknown[]).map((item) => (isRecord(item) ? this.#later(item, trail) : item));
    }
    if (!isRecord(value)) return value;
    if (kind === 'schema') return this.#later(value, trail);
    const map: Record<string, unknown> = {};
    const entries = Object.entries(value);
    this.#count(entries, trail);
    for (const [name, inner] of entries) {
      setOwn(map, name, isRecord(inner) ? this.#later(inner, trail) : inner);
    }
    return map;
  }
}

function isOnTrail(trail: Trail | null, reference: string): boolean {
  for (let step = trail; step !== null; step = step.outer) if (step.reference === reference) return true;
  return false;
}
