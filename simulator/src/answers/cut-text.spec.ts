import { describe, expect, it } from '@jest/globals';
import { cutText } from './cut-text.js';

describe('cutting text into deltas', () => {
  it.each<[string, number | undefined, string[]]>([
    ['abcdef', 3, ['ab', 'cd', 'ef']],
    ['abc', 9, ['a', 'b', 'c']],
    ['', 3, []],
    ['a word of nine characters, and more', undefined, ['a word of nine cha', 'racters, and more']],
    ['😀😀😀', 4, ['😀', '😀', '😀']],
    ['a😀b', 2, ['a😀', 'b']],
  ])('%j into %s pieces', (text, pieces, expected) => {
    expect(cutText(text, pieces)).toEqual(expected);
  });
});
