import { describe, expect, it } from '@jest/globals';
import { convertToolSchema } from './convert-tool-schema.js';

const gemini = (schema: object): unknown => convertToolSchema(schema, 'gemini').parameters;
const openai = (schema: object): unknown => convertToolSchema(schema, 'openai').parameters;
const inObject = (property: object): object => ({ type: 'object', properties: { p: property } });

describe('a tool schema', () => {
  it.each<[schema: unknown, parameters: unknown]>([
    [undefined, { type: 'object', properties: {} }],
    ['no schema at all', { type: 'object', properties: {} }],
    [{ type: 'string' }, { type: 'object', properties: {} }],
    [{ properties: [] }, { type: 'object', properties: {} }],
    [
      { $schema: 'x', required: null, title: 'T' },
      { title: 'T', type: 'object', properties: {} },
    ],
    [
      { type: 'object', properties: { $schema: { $schema: 'kept' } }, $defs: { A: {} }, anyOf: [{}] },
      { type: 'object', properties: { $schema: { $schema: 'kept' } }, $defs: { A: {} }, anyOf: [{}] },
    ],
  ])('%j becomes %j', (schema, parameters) => {
    expect(convertToolSchema(schema, 'json_schema').parameters).toEqual(parameters);
  });
});

describe('the openai dialect', () => {
  it.each<[title: string, schema: object, parameters: object]>([
    [
      'requires what all alternatives require, and what the object itself does; the first one names a property',
      {
        type: 'object',
        properties: { a: { type: 'string' } },
        required: ['a'],
        anyOf: [
          { properties: { a: { type: 'null' }, b: { type: 'number' }, c: {} }, required: ['b', 'c'] },
          { properties: { b: { type: 'boolean' } }, required: ['b'] },
        ],
      },
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'number' }, c: {} },
        required: ['a', 'b'],
      },
    ],
    [
      'requires what any part requires',
      {
        allOf: [
          { properties: { a: {} }, required: ['a'] },
          { properties: { b: {} }, required: ['b'] },
        ],
      },
      { type: 'object', properties: { a: {}, b: {} }, required: ['a', 'b'] },
    ],
    [
      'follows references of branches, and branches of branches',
      {
        oneOf: [{ $ref: '#/$defs/A' }, { allOf: [{ properties: { k: {}, b: {} }, required: ['k'] }] }],
        $defs: { A: { properties: { k: {}, a: {} }, required: ['k', 'a'] } },
      },
      {
        type: 'object',
        $defs: { A: { properties: { k: {}, a: {} }, required: ['k', 'a'] } },
        properties: { k: {}, a: {}, b: {} },
        required: ['k'],
      },
    ],
    [
      'needs no required',
      { anyOf: [{ properties: { a: {} } }, {}] },
      { type: 'object', properties: { a: {} } },
    ],
    [
      'leaves alternatives further down alone',
      inObject({ anyOf: [{ type: 'string' }, { type: 'number' }] }),
      inObject({ anyOf: [{ type: 'string' }, { type: 'number' }] }),
    ],
  ])('%s', (_, schema, parameters) => {
    expect(openai(schema)).toEqual(parameters);
  });

  it('ends on references that go round', () => {
    expect(openai({ anyOf: [{ $ref: '#' }, { $ref: '#/anyOf/1' }] })).toEqual({
      type: 'object',
      properties: {},
    });
  });
});

describe('the gemini dialect', () => {
  it.each<[title: string, schema: object, parameters: object]>([
    [
      'drops keywords, not properties that are called like them',
      {
        type: 'object',
        properties: {
          format: { type: 'string', format: 'uri' },
          const: { type: 'integer', exclusiveMaximum: 3, maximum: 2 },
          $ref: { type: 'string', format: 'date-time' },
          additionalProperties: {
            type: 'object',
            additionalProperties: {},
            patternProperties: {},
            propertyNames: {},
          },
        },
        required: ['format'],
      },
      {
        type: 'object',
        properties: {
          format: { type: 'string' },
          const: { type: 'integer', maximum: 2 },
          $ref: { type: 'string', format: 'date-time' },
          additionalProperties: { type: 'object' },
        },
        required: ['format'],
      },
    ],
    [
      'leaves data alone',
      inObject({ default: { $ref: '#', const: 1 }, enum: [{ format: 'x' }] }),
      inObject({ default: { $ref: '#', const: 1 }, enum: [{ format: 'x' }] }),
    ],
    [
      'knows null first',
      inObject({ type: ['null', 'integer'] }),
      inObject({ type: 'integer', nullable: true }),
    ],
    [
      'keeps a type beside const',
      inObject({ type: 'integer', const: 5 }),
      inObject({ type: 'integer', enum: [5] }),
    ],
    [
      'lets const win over enum',
      inObject({ const: 'a', enum: ['a', 'b'] }),
      inObject({ type: 'string', enum: ['a'] }),
    ],
    [
      'goes into lists and alternatives',
      inObject({ items: { const: 'v' }, anyOf: [{ format: 'uri' }, { $id: 'x' }] }),
      inObject({ items: { type: 'string', enum: ['v'] }, anyOf: [{}, {}] }),
    ],
    [
      'inlines references in references, in definitions of either name, beside other members',
      {
        type: 'object',
        properties: { p: { $ref: '#/$defs/A~1b', description: 'mine' } },
        $defs: { 'A/b': { $ref: '#/definitions/C%20d', description: 'theirs' } },
        definitions: { 'C d': { type: 'object', properties: { x: { type: ['string', 'null'] } } } },
      },
      inObject({
        type: 'object',
        properties: { x: { type: 'string', nullable: true } },
        description: 'mine',
      }),
    ],
    [
      'gives up a reference to nowhere',
      inObject({ $ref: 'https://e.org/s', title: 'T' }),
      inObject({ title: 'T' }),
    ],
  ])('%s', (_, schema, parameters) => {
    expect(gemini(schema)).toEqual(parameters);
  });

  it('ends a reference that goes round with its type', () => {
    const node = { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } };
    expect(gemini({ ...inObject({ $ref: '#/$defs/Node' }), $defs: { Node: node } })).toEqual(
      inObject({ type: 'object', properties: { next: { type: 'object' } } }),
    );
  });

  it('does not let references multiply without bound', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `L${i}`,
        {
          type: 'object',
          properties: { a: { $ref: `#/$defs/L${i + 1}` }, b: { $ref: `#/$defs/L${i + 1}` } },
        },
      ]),
    );
    const written = JSON.stringify(gemini({ ...inObject({ $ref: '#/$defs/L0' }), $defs }));
    expect(written.length).toBeLessThan(5_000_000);
  });

  it('says whether anything was lost', () => {
    expect(convertToolSchema(inObject({ type: 'string' }), 'gemini').simplified).toBe(false);
    expect(convertToolSchema(inObject({ format: 'uri' }), 'gemini').simplified).toBe(true);
  });

  it('neither changes its argument nor falls for __proto__', () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"const":1}},"__proto__":{"const":2}}') as object;
    const before = JSON.stringify(schema);
    const converted = JSON.stringify(gemini(schema));
    expect(JSON.stringify(schema)).toBe(before);
    expect(converted).toBe(
      '{"properties":{"__proto__":{"type":"string","enum":[1]}},"__proto__":{"type":"string","enum":[2]},"type":"object"}',
    );
  });
});
