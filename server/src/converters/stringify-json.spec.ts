import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringifyJson } from './stringify-json.js';

/** Nested so deep, with number-like names, that the engine's own stringify overflows. */
function deep(levels: number, leaf: unknown): unknown {
  let value = leaf;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? { '1': value, b: 'x' } : [value, i];
  return value;
}

describe('stringifyJson', () => {
  it('takes what the engine does not', () => {
    const value = deep(50_000, null);
    expect(() => JSON.stringify(value)).toThrow(RangeError);
    const text = stringifyJson(value);
    expect(text.startsWith('[{"1":[{"1":')).toBe(true);
    expect(text.endsWith('],"b":"x"},49999]')).toBe(true);
  });

  it('writes what the engine writes, at any depth', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (leaf) => {
        const levels = 5_000;
        const text = stringifyJson(deep(levels, { leaf, gone: undefined }));
        const expected = JSON.stringify({ leaf });
        expect(text.includes(expected)).toBe(true);
        expect(stringifyJson(leaf)).toBe(JSON.stringify(leaf));
      }),
      { numRuns: 1000 },
    );
  });
});
