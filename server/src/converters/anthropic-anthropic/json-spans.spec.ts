import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrayElements, objectMembers } from './json-spans.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

describe('the spans of JSON values', () => {
  it('are those of the parsed members, whatever the values and the layout', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer({ min: 0, max: 3 }),
        (record, indent) => {
          const value = JSON.parse(JSON.stringify(record)) as Record<string, unknown>;
          const bytes = encode(JSON.stringify(value, null, indent));
          const members = objectMembers(bytes) ?? [];
          const read = members.map(({ name, start, end }) => [name, parse(bytes.subarray(start, end))]);
          expect(read).toEqual(Object.entries(value));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are those of the parsed elements', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 0, max: 3 }), (list, indent) => {
        const text = JSON.stringify(list, null, indent);
        const bytes = encode(text);
        const read = (arrayElements(bytes, 0) ?? []).map(({ start, end }) =>
          parse(bytes.subarray(start, end)),
        );
        expect(read).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a name written with escapes', '{"mod\\u0065l": 1}', ['model']],
    ['a long string full of quotes', `{"a":"${'\\"\\\\'.repeat(100)}","b":1}`, ['a', 'b']],
    ['a string that ends on a backslash', `{"a":"${'x'.repeat(50)}\\\\","b":1}`, ['a', 'b']],
    ['doubles', '{"a":1,"a":2}', ['a', 'a']],
    ['deep values', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":1}`, ['a', 'b']],
  ])('survive %s', (_, text, names) => {
    expect(objectMembers(encode(text))?.map((member) => member.name)).toEqual(names);
  });

  it.each([
    '',
    '[]',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a" 1}',
    '{a:1}',
    '{"a":"x}',
    '{"a":[}',
    '{"a":1 "b":2}',
    '{"\\x":1}',
  ])('are none in %j', (text) => {
    expect(objectMembers(encode(text))).toBeNull();
  });
});
