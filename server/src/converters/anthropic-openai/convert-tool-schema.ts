import { isRecord, type JsonRecord } from '../json-record.js';
import { flattenComposition, hasComposition } from './flatten-composition.js';
import { toGeminiSchema } from './gemini-schema.js';
import type { Profile } from './profile.js';

export interface ConvertedSchema {
  readonly parameters: Record<string, unknown>;
  /** The dialect could not take it as it was. */
  readonly simplified: boolean;
}

/** The `input_schema` of a tool as `parameters` of a function (specification R4.2). Never changes its argument. */
export function convertToolSchema(schema: unknown, dialect: Profile['schema_dialect']): ConvertedSchema {
  const parameters = asObjectSchema(isRecord(schema) ? schema : {});
  switch (dialect) {
    case 'json_schema':
      return { parameters, simplified: false };
    case 'openai':
      return hasComposition(parameters)
        ? { parameters: asObjectSchema(flattenComposition(parameters)), simplified: true }
        : { parameters, simplified: false };
    case 'gemini': {
      const { schema: converted, simplified } = toGeminiSchema(parameters);
      return { parameters: asObjectSchema(converted), simplified };
    }
    default:
      return dialect satisfies never;
  }
}

/** `type` object, `properties` there, no null `required`, no `$schema`; all else as it was, in its order. */
function asObjectSchema(schema: JsonRecord): Record<string, unknown> {
  const { $schema: _, ...copy } = schema;
  const parameters: Record<string, unknown> = copy;
  if (parameters['type'] !== 'object') parameters['type'] = 'object';
  if (!isRecord(parameters['properties'])) parameters['properties'] = {};
  if (parameters['required'] === null) delete parameters['required'];
  return parameters;
}
