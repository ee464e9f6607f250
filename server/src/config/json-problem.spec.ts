import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonProblem } from './json-problem.js';

describe('where a text stops being JSON', () => {
  it.each([
    ['', 'line 1, column 1: the text ends; expected a value'],
    ['{\n  "a": 1,\n}', 'line 3, column 1: expected a key'],
    ['{"a" 1}', 'line 1, column 6: expected :'],
    ['[1 2]', 'line 1, column 4: expected , or ]'],
    ['{"a": sk-secret}', 'line 1, column 7: expected a value'],
    ['{"a": "x\ny"}', 'line 1, column 7: expected a value'],
    ['{"a": 1', 'line 1, column 8: the text ends; expected , or }'],
    ['{} {}', 'line 1, column 4: something follows the end'],
    ['[01]', 'line 1, column 3: expected , or ]'],
    ["{'a': 1}", 'line 1, column 2: expected a key or }'],
  ])('%j: %s', (text, problem) => {
    expect(jsonProblem(text)).toBe(problem);
  });

  it('finds none exactly where JSON.parse finds none', () => {
    const broken = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([json, at, insert]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + insert + json.slice(place + 1);
    });
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken), (text) => {
        expect(jsonProblem(text) === null).toBe(parses(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
