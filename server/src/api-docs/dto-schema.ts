import { getMetadataStorage } from 'class-validator';

/** A class whose fields carry class-validator's decorators. */
export type DtoClass = new () => object;

/** JSON schema of one value, as far as OpenAPI 3.0 has words for it. */
export interface ValueSchema {
  readonly type?: string;
  readonly nullable?: boolean;
  readonly description?: string;
  readonly items?: ValueSchema;
  readonly [word: string]: unknown;
}

export interface FieldSchema extends ValueSchema {
  readonly required: boolean;
}

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** What a rule of class-validator, or of our own, means in JSON schema; the rest is said in words. */
const WORDS: Readonly<Record<string, (constraints: readonly unknown[]) => ValueSchema>> = {
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isObject: () => ({ type: 'object', additionalProperties: true }),
  isArray: () => ({ type: 'array' }),
  isEmail: () => ({ type: 'string', format: 'email' }),
  isUrl: () => ({ type: 'string', format: 'uri' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isIso8601: () => ({ type: 'string', format: 'date-time' }),
  isNotEmpty: () => ({ minLength: 1 }),
  minLength: ([minLength]) => ({ minLength }),
  maxLength: ([maxLength]) => ({ maxLength }),
  isLength: ([minLength, maxLength]) => ({ minLength, maxLength }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  matches: ([pattern]) => ({ pattern: pattern instanceof RegExp ? pattern.source : pattern }),
  isIn: ([values]) => ({ type: typeof (values as unknown[])[0], enum: values }),
  arrayMinSize: ([minItems]) => ({ minItems }),
  arrayMaxSize: ([maxItems]) => ({ maxItems }),
  arrayUnique: () => ({ uniqueItems: true }),
  queryInteger: ([minimum, maximum]) => ({ type: 'integer', minimum, maximum }),
  isUsd: ([minimum, maximum]) => ({ type: 'number', minimum, maximum }),
};

/** Every field a DTO lets through, with every rule that is checked. */
export function fieldSchemas(dto: DtoClass): ReadonlyMap<string, FieldSchema> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  return new Map(
    names.map((name) => [name, fieldSchema(rules.filter(({ propertyName }) => propertyName === name))]),
  );
}

function fieldSchema(rules: readonly Rule[]): FieldSchema {
  const conditions = rules.filter(({ type }) => type === 'conditionalValidation');
  const checked = rules.filter(({ type }) => type !== 'conditionalValidation');
  const ofWhole = merged(checked.filter(({ each }) => !each));
  const ofEach = checked.filter(({ each }) => each);
  const isList = ofEach.length > 0 || ofWhole.type === 'array';
  return {
    ...ofWhole,
    ...(isList ? { type: 'array', items: merged(ofEach) } : {}),
    ...(skips(conditions, null) ? { nullable: true } : {}),
    required: !skips(conditions, undefined),
  };
}

/** Whether a condition (`OptionalField`, `ClearableField`) takes a value as it is. */
function skips(conditions: readonly Rule[], value: unknown): boolean {
  return conditions.some(({ constraints }) => {
    const [applies] = constraints as readonly ((object: object, value: unknown) => boolean)[];
    return applies !== undefined && !applies({}, value);
  });
}

function merged(rules: readonly Rule[]): ValueSchema {
  const schemas = rules.map(schemaOf);
  const texts = schemas.flatMap(({ description }) => (description === undefined ? [] : [description]));
  return Object.assign(
    {},
    ...schemas,
    texts.length === 0 ? {} : { description: texts.join('; ') },
  ) as ValueSchema;
}

function schemaOf(rule: Rule): ValueSchema {
  const name = rule.name ?? rule.type;
  const words = WORDS[name];
  return words === undefined ? { description: inWords(rule, name) } : words(rule.constraints ?? []);
}

/** What the rule says to somebody who breaks it. */
function inWords(rule: Rule, name: string): string {
  const [constraint] = getMetadataStorage().getTargetValidatorConstraints(rule.constraintCls);
  const message = constraint?.instance.defaultMessage?.({
    property: rule.propertyName,
    constraints: rule.constraints ?? [],
    value: undefined,
    object: {},
    targetName: '',
  });
  return message ?? name;
}
