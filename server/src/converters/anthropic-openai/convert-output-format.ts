import type { MessagesRequest } from '@ccs/wire';
import { flatText } from '../flat-text.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import type { LossList } from '../loss.js';
import { stringifyJson } from '../stringify-json.js';
import type { Profile } from './profile.js';
import { subschemas } from './schema-keywords.js';

export interface ConvertedOutputFormat {
  /** `response_format` of the upstream body, or null. */
  readonly responseFormat: JsonRecord | null;
  /** Text to be added to the system prompt, or null. */
  readonly instruction: string | null;
}

const SCHEMA_INSTRUCTION = 'Answer with one JSON object and nothing else. It must match this JSON schema:\n';
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * A JSON schema for the answer, as the provider takes it: enforced, as a mode with the schema in words, or in
 * words only (specification R6). The schema itself is never touched.
 */
export function convertOutputFormat(
  request: MessagesRequest,
  profile: Profile,
  losses: LossList,
): ConvertedOutputFormat {
  const format = readFormat(request);
  const schema = format?.['schema'];
  if (format?.['type'] !== 'json_schema' || !isRecord(schema))
    return { responseFormat: null, instruction: null };
  if (profile.response_format === 'json_schema') {
    const name = typeof format['name'] === 'string' && NAME.test(format['name']) ? format['name'] : 'output';
    const json_schema = { name, schema, strict: meetsStrictRules(schema) };
    return { responseFormat: { type: 'json_schema', json_schema }, instruction: null };
  }
  losses.add('response_format_weakened', 'output_config.format');
  return {
    responseFormat: profile.response_format === 'json_object' ? { type: 'json_object' } : null,
    instruction: flatText(SCHEMA_INSTRUCTION, stringifyJson(schema)),
  };
}

/** `output_format` is where older clients put it. */
function readFormat(request: MessagesRequest): JsonRecord | null {
  const config: unknown = request.output_config;
  if (isRecord(config) && isRecord(config['format'])) return config['format'];
  return isRecord(request.output_format) ? request.output_format : null;
}

/** Every object closed, and all its properties required. */
function meetsStrictRules(root: JsonRecord): boolean {
  const stack: JsonRecord[] = [root];
  for (let schema = stack.pop(); schema !== undefined; schema = stack.pop()) {
    if (isObjectSchema(schema) && !isClosed(schema)) return false;
    for (const inner of subschemas(schema)) stack.push(inner);
  }
  return true;
}

function isObjectSchema(schema: JsonRecord): boolean {
  const { type, properties } = schema;
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || isRecord(properties);
}

function isClosed(schema: JsonRecord): boolean {
  if (schema['additionalProperties'] !== false) return false;
  const required = new Set(
    Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : [],
  );
  return Object.keys(isRecord(schema['properties']) ? schema['properties'] : {}).every((name) =>
    required.has(name),
  );
}
