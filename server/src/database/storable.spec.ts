import { describe, expect, it } from '@jest/globals';
import { storableJson, storableText } from './storable.js';

describe('what PostgreSQL can store', () => {
  it.each([
    ['a\0b', 'a\uFFFDb'],
    ['half \uD83D', 'half \uFFFD'],
    ['whole \u{1F600}', 'whole \u{1F600}'],
  ])('is %j as text', (text, expected) => {
    expect(storableText(text)).toBe(expected);
  });

  it.each([
    [{ a: 'x\0' }, { a: 'x\uFFFD' }],
    [{ '\0': ['\uDC00', '\u{1F600}'] }, { '\uFFFD': ['\uFFFD', '\u{1F600}'] }],
    [
      { a: '\\u0000 as it is typed', b: '\\\0' },
      { a: '\\u0000 as it is typed', b: '\\\uFFFD' },
    ],
    [{ a: '\u001f\n' }, { a: '\u001f\n' }],
  ])('is %j as JSON', (value, expected) => {
    expect(JSON.parse(storableJson(value))).toEqual(expected);
  });
});
