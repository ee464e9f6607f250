import { describe, expect, it } from '@jest/globals';
import { searchLexemes, searchQuery } from './search-terms.js';

describe('the terms a text is found by', () => {
  it.each([
    ['words, once each', 'Hello, hello World!', ['7:hello', '7:world']],
    ['words without their Latin marks, in any case', 'CAFÉ Ｆｕｌｌ', ['7:cafe', '7:full']],
    ['marks of scripts where they are letters', 'हिन्दी', ['7:हिन्दी']],
    ['pairs of text without spaces', '人工智能', ['7:人工', '7:工智', '7:智能', '7:能']],
    ['kana with their long vowels', 'サーバー', ['7:サー', '7:ーバ', '7:バー', '7:ー']],
    ['both, where they touch', 'iPhone手机15', ['7:iphone', '7:手机', '7:机', '7:15']],
    ['nothing of punctuation', '… — 、。!', []],
  ])('are %s', (_, text, expected) => {
    expect(searchLexemes(text, 7)).toEqual(expected);
  });

  it('stay within what a row may hold', () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `word${index}`).join(' ');
    expect(Buffer.byteLength(searchLexemes(text, 7).join(''))).toBeLessThan(600_000);
    expect(searchLexemes('x'.repeat(5_000), 7)).toEqual([`7:${'x'.repeat(60)}`]);
  });

  it.each([
    ['a word, by how it begins', 'Hel', "'7:hel':*"],
    ['several', 'hello wor', "'7:hello':* & '7:wor':*"],
    ['a single character', '能', "'7:能':*"],
    ['a longer part', '智能机', "'7:智能' & '7:能机'"],
    ['what could end the quotes', "a' | '8:secret", "'7:a':* & '7:8':* & '7:secret':*"],
  ])('are asked for as %s', (_, typed, expected) => {
    expect(searchQuery(typed, 7)).toBe(expected);
  });

  it('are none where nothing was typed', () => {
    expect(searchQuery(' ?! ', 7)).toBeNull();
  });
});
