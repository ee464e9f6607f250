import { describe, expect, it } from '@jest/globals';
import { convert } from '../../../test/support/conversions.js';

const closed = (properties: object, more: object = {}): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

describe('a schema for the answer', () => {
  it.each<[title: string, schema: object, strict: boolean]>([
    [
      'closed all the way down',
      closed({ a: { type: 'array', items: closed({ b: { type: 'string' } }) } }),
      true,
    ],
    [
      'an open object in a list',
      closed({ a: { type: 'array', items: { type: 'object', properties: {} } } }),
      false,
    ],
    [
      'an open object in a definition',
      closed({ a: { $ref: '#/$defs/A' } }, { $defs: { A: { type: 'object' } } }),
      false,
    ],
    [
      'an open object in an alternative',
      closed({ a: { anyOf: [{ type: 'null' }, { type: ['object', 'null'] }] } }),
      false,
    ],
    ['an optional property further down', closed({ a: { ...closed({ b: {} }), required: [] } }), false],
    ['an object without properties', closed({}), true],
    [
      'data that looks like a schema',
      closed({ a: { const: { type: 'object' }, default: { type: 'object' } } }),
      true,
    ],
    ['a property called properties', closed({ properties: { type: 'string' } }), true],
  ])('%s', (_, schema, strict) => {
    const { body } = convert({ output_config: { format: { type: 'json_schema', schema } } });
    expect(body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'output', schema, strict },
    });
  });

  it('keeps a name that may be sent, and no other', () => {
    const named = (name: string): unknown =>
      convert({ output_format: { type: 'json_schema', name, schema: {} } }).body.response_format;
    expect(named('report_1')).toMatchObject({ json_schema: { name: 'report_1' } });
    expect(named('two words')).toMatchObject({ json_schema: { name: 'output' } });
  });

  it('is nothing without a schema', () => {
    expect(convert({ output_config: { format: { type: 'text' } } }).body).not.toHaveProperty(
      'response_format',
    );
  });
});
