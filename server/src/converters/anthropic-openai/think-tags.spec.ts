import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ThinkTagSplitter } from './think-tags.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

type Mode = ConstructorParameters<typeof ThinkTagSplitter>[0];

/** Neighbours of one kind as one. */
function split(mode: Mode, ...pieces: readonly string[]): string[] {
  const out: [kind: string, text: string][] = [];
  const splitter = new ThinkTagSplitter(mode, (kind, text) => {
    const last = out.at(-1);
    if (last?.[0] === kind) last[1] += text;
    else out.push([kind, text]);
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.flush();
  return out.map(([kind, text]) => `${kind}:${text}`);
}

describe('ThinkTagSplitter', () => {
  it.each<[string, Mode, string, string[]]>([
    ['a leading element', 'auto', '<think>a</think>b', ['thinking:a', 'text:b']],
    ['white space before it', 'auto', ' \n<think>a</think>b', ['thinking:a', 'text:b']],
    ['newlines after either tag', 'auto', '<think>\n\n a\n</think>\r\n\n b', ['thinking: a\n', 'text: b']],
    ['an empty element', 'auto', '<think>\n\n</think>\n\nb', ['text:b']],
    ['no closing tag', 'auto', '<think>a <b>', ['thinking:a <b>']],
    ['a beginning of the closing tag at the end', 'auto', '<think>a</thin', ['thinking:a</thin']],
    [
      'a second element',
      'auto',
      '<think>a</think>b<think>c</think>',
      ['thinking:a', 'text:b<think>c</think>'],
    ],
    ['a tag inside the element', 'auto', '<think>a<think>b</think>c', ['thinking:a<think>b', 'text:c']],
    ['a tag that is not at the start', 'auto', 'a<think>b</think>', ['text:a<think>b</think>']],
    ['a closing tag alone', 'auto', 'a</think>b', ['text:a</think>b']],
    ['another tag', 'auto', '<thinking>a</thinking>', ['text:<thinking>a</thinking>']],
    ['a beginning of the tag alone', 'auto', ' <thi', ['text: <thi']],
    ['white space alone', 'auto', ' \n', []],
    ['no tag, as it is', 'auto', '\n a', ['text:\n a']],
    ['nothing of it with off', 'off', '<think>a</think>b', ['text:<think>a</think>b']],
    ['an element that nothing opens', 'implicit_open', 'a</think>\nb', ['thinking:a', 'text:b']],
    ['one that opens all the same', 'implicit_open', '<think>\na</think>\nb', ['thinking:a', 'text:b']],
    ['newlines where it would open', 'implicit_open', '\n\na</think>b', ['thinking:a', 'text:b']],
    ['no tag at all with implicit_open', 'implicit_open', 'a', ['thinking:a']],
    ['a half tag with implicit_open', 'implicit_open', '<', ['thinking:<']],
  ])('reads %s', (_, mode, text, expected) => {
    expect(split(mode, text)).toEqual(expected);
    expect(split(mode, ...text)).toEqual(expected);
  });

  it('finds the same wherever the text is cut', () => {
    const part = fc.constantFrom(
      '<think>',
      '</think>',
      '<',
      'think',
      '>',
      '/',
      '\n',
      '\r\n',
      ' ',
      'a',
      '<thi',
      'nk>',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        fc.constantFrom<Mode>('auto', 'off', 'implicit_open'),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
        (parts, mode, sizes) => {
          const text = parts.join('');
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            pieces.push(text.slice(at, at + size));
            at += size;
          }
          expect(split(mode, ...pieces)).toEqual(split(mode, text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes tags for text once the provider has sent reasoning of its own', () => {
    const out: string[] = [];
    const splitter = new ThinkTagSplitter('auto', (kind, text) => out.push(`${kind}:${text}`));
    splitter.disable();
    splitter.push('<think>a</think>');
    expect(out).toEqual(['text:<think>a</think>']);
  });

  it('holds back no more than a possible tag', () => {
    const out: string[] = [];
    const splitter = new ThinkTagSplitter('auto', (kind, text) => out.push(`${kind}:${text}`));
    splitter.push('<think>abc <');
    splitter.push('/thx');
    splitter.push('</think>T');
    splitter.push('<');
    expect(out).toEqual(['thinking:abc ', 'thinking:</thx', 'text:T', 'text:<']);
  });
});
