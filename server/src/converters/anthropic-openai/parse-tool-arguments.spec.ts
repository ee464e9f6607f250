import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { parseToolArguments } from './parse-tool-arguments.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

const raw = (text: string): object => ({ __raw_arguments: text });

describe('parseToolArguments', () => {
  it.each<[string, unknown, object[]]>([
    ['absent', undefined, [{}]],
    ['null', null, [{}]],
    ['empty', '', [{}]],
    ['white space', ' \n\t', [{}]],
    ['null in words', ' null ', [{}]],
    ['an object in words', '{"a": {"b": [1]}}', [{ a: { b: [1] } }]],
    ['an object', { a: 1 }, [{ a: 1 }]],
    ['JSON in a JSON string', '"{\\"a\\":1}"', [{ a: 1 }]],
    ['a JSON string of something else', '"{}{}"', [raw('"{}{}"')]],
    ['an empty JSON string', '""', [raw('""')]],
    ['several objects', '{"a":1}\n{"a":2} {"a":3}', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ['an object and other text', '{"a":1}</tool_call>{"a":2}', [{ a: 1 }]],
    ['a truncated further object', '{"a":1} {"a":', [{ a: 1 }, raw('{"a":')]],
    ['a truncated object', ' {"a":', [raw(' {"a":')]],
    ['an object that is no JSON', "{'a':1}", [raw("{'a':1}")]],
    ['one that is no JSON among others', '{"a":1}{b}{"c":1}', [{ a: 1 }, raw('{b}'), { c: 1 }]],
    ['braces and quotes in strings', '{"a":"}{\\"}"}{"b":"\\\\"}', [{ a: '}{"}' }, { b: '\\' }]],
    ['a list in words', '[1]', [raw('[1]')]],
    ['a list', [1], [raw('[1]')]],
    ['a number', 3, [raw('3')]],
    ['words', 'city=Bern', [raw('city=Bern')]],
  ])('reads %s', (_, value, expected) => {
    expect(parseToolArguments(value)).toEqual(expected);
  });

  it('keeps a member that is named like the prototype', () => {
    const [input] = parseToolArguments('{"__proto__":{"a":1}}');
    expect(Object.keys(input)).toEqual(['__proto__']);
  });

  it('reads any object back, and any number of them', () => {
    const objects = fc.array(
      fc.dictionary(fc.string({ unit: 'binary', maxLength: 5 }), fc.jsonValue({ maxDepth: 2 })),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(objects, fc.constantFrom('', ' ', '\n'), (inputs, between) => {
        const texts = inputs.map((input) => JSON.stringify(input));
        expect(parseToolArguments(texts.join(between))).toEqual(
          texts.map((text): unknown => JSON.parse(text)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time in proportion to the length', () => {
    const startedAt = process.cpuUsage().user;
    expect(parseToolArguments('{}'.repeat(100_000))).toHaveLength(100_000);
    expect(parseToolArguments(`{"a":"${'\\"'.repeat(2_000_000)}`)).toHaveLength(1);
    expect(parseToolArguments('{'.repeat(4_000_000))).toHaveLength(1);
    expect(process.cpuUsage().user - startedAt).toBeLessThan(10_000_000);
  });
});
