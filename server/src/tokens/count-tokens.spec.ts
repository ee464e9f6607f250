import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CountTokensRequest } from '@ccs/wire';
import { assistant, text, thinking, toolResult, toolUse, user } from '../../test/support/conversions.js';
import { countTokens } from './count-tokens.js';
import { collectTokenInput } from './token-input.js';

const request = (more: object): CountTokensRequest => ({ model: 'm', messages: [], ...more });
const textsOf = (more: object): string[] => [...collectTokenInput(request(more)).texts].toSorted();
const image = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(400_000) },
};

describe('what a request costs', () => {
  it.each<[title: string, more: object, texts: string[]]>([
    ['the system prompt', { system: [text('a'), text('b')] }, ['a', 'b']],
    [
      'tools with their schemas',
      { tools: [{ name: 'n', description: 'd', input_schema: { type: 'object' } }] },
      ['d', 'n', '{"type":"object"}'],
    ],
    [
      'calls and results',
      { messages: [assistant(toolUse('i', 'n', { a: 1 })), user(toolResult('i', [text('r')]))] },
      ['n', 'r', '{"a":1}'],
    ],
    [
      'documents',
      {
        messages: [user({ type: 'document', title: 't', context: 'c', source: { type: 'text', data: 'd' } })],
      },
      ['c', 'd', 't'],
    ],
    [
      'documents of blocks',
      { messages: [user({ type: 'document', source: { type: 'content', content: [text('d')] } })] },
      ['d'],
    ],
    [
      'search results',
      { messages: [user({ type: 'search_result', title: 't', source: 's', content: [text('x')] })] },
      ['s', 't', 'x'],
    ],
    [
      'thinking since the last question',
      {
        messages: [
          user(text('q')),
          assistant(thinking('now'), toolUse('i', 'n')),
          user(toolResult('i', 'r')),
        ],
      },
      ['n', 'now', 'q', 'r', '{}'],
    ],
    [
      'no thinking before it',
      { messages: [assistant(thinking('old'), text('a')), user(text('q'))] },
      ['a', 'q'],
    ],
    ['no base64', { messages: [user(image, toolResult('i', [image]))] }, []],
  ])('is %s', (_, more, texts) => {
    expect(textsOf(more)).toEqual(texts);
  });

  it('adds something for every message, and the pixels of images', () => {
    const count = (more: object): number => countTokens(request(more), (value) => value.length);
    expect(count({ messages: [user(text('abc'))] })).toBe(3 + 4 + 3);
    expect(count({ messages: [user(text('abc')), assistant(text('de'))] })).toBe(3 + 8 + 5);
    expect(count({ messages: [user(image)] })).toBe(3 + 4 + 1600);
  });

  it('can be said of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const body = request({
          system: value,
          messages: [value, { role: 'user', content: value }],
          tools: [value],
        });
        expect(Number.isInteger(countTokens(body, () => 1))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
