import { describe, expect, it, jest } from '@jest/globals';
import type { MessageStreamEvent } from '@ccs/wire';
import fc from 'fast-check';
import { answerContext } from '../../../test/support/answer-context.js';
import { chunk } from '../../../test/support/chunks.js';
import { OpenAiToAnthropicStream } from './openai-to-anthropic-stream.js';
import { KnownFrames } from './known-frames.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

const frame = (data: string): { event: string; data: string } => ({ event: '', data });

const pick = (call: object): object => {
  const { index, id, function: called } = { id: null, index: null, function: {}, ...call };
  return { index, id, ...('name' in called ? { name: called.name } : {}) };
};

/** A reader that has seen one frame with this delta. */
function taught(delta: object): KnownFrames {
  const frames = new KnownFrames();
  const first = chunk(delta);
  frames.learn(JSON.stringify(first), { ...first });
  return frames;
}

describe('KnownFrames', () => {
  it('knows nothing before it has learnt', () => {
    expect(new KnownFrames().read(frame(JSON.stringify(chunk({ content: 'a' }))))).toBeNull();
  });

  it.each<[string, object, object]>([
    ['text', { content: 'a' }, { kind: 'text', text: 'b "c" \\ 你\u2028\n👋' }],
    ['reasoning', { content: null, reasoning_content: 'a' }, { kind: 'thinking', text: 'x' }],
    ['reasoning of another name', { reasoning: 'a' }, { kind: 'thinking', text: 'x' }],
    [
      'text with a role beside it',
      { role: 'assistant', content: 'a "content":"' },
      { kind: 'text', text: 'x' },
    ],
  ])('reads further frames of %s', (_, delta, expected) => {
    const { text } = expected as { text: string };
    const key =
      Object.entries(delta).findLast(([name, value]) => name !== 'role' && value !== null)?.[0] ?? '';
    const next = JSON.stringify(chunk({ ...delta, [key]: text }));
    expect(taught(delta).read(frame(next))).toEqual(expected);
  });

  it.each<[string, object]>([
    ['by index', { index: 2, function: { arguments: '{"a' } }],
    [
      'by index and id',
      { index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: 'b' } },
    ],
  ])('reads further arguments of a call told %s', (_, call) => {
    const next = (args: string): object => {
      const { function: called, ...rest } = { function: {}, ...call };
      return chunk({ tool_calls: [{ ...rest, function: { ...called, arguments: args } }] });
    };
    const frames = taught({ tool_calls: [call] });
    expect(frames.read(frame(JSON.stringify(next('": "\\n'))))).toEqual({
      kind: 'arguments',
      call: { id: null, name: null, extraContent: null, ...pick(call), arguments: '": "\\n' },
    });
    expect(frames.read(frame(JSON.stringify(next(''))))).toBeNull();
  });

  it('gives up on a provider whose frames all differ, but not on one whose frames it has known', () => {
    const frames = new KnownFrames();
    const learn = (n: number): object | null => {
      const differing = JSON.stringify(chunk({ content: 'a' }, {}, { nonce: n }));
      frames.learn(differing, chunk({ content: 'a' }) as Record<string, unknown>);
      return frames.read(frame(differing));
    };
    for (let n = 0; n < 20; n++) expect(learn(n)).not.toBeNull();
    for (let n = 0; n < 6; n++) frames.learn('{"content":"a"}', { ...chunk({ content: 'a' }) });
    expect(learn(1)).toBeNull();
  });

  it.each<[string, object]>([
    ['a tool call', { content: 'a', tool_calls: [{ index: 0, function: { name: 'f' } }] }],
    ['two texts', { content: 'a', refusal: 'b' }],
    ['reasoning and text', { content: 'a', reasoning: 'b' }],
    ['details the provider wants back', { reasoning: 'a', reasoning_details: [{ text: 'a' }] }],
    ['parts', { content: [{ type: 'text', text: 'a' }] }],
  ])('learns nothing from a frame with %s', (_, delta) => {
    expect(taught(delta).read(frame(JSON.stringify(chunk(delta))))).toBeNull();
  });

  it.each<[string, object]>([
    ['finish_reason', chunk({ content: 'a' }, { finish_reason: 'stop' })],
    ['usage', chunk({ content: 'a' }, {}, { usage: { prompt_tokens: 1, completion_tokens: 1 } })],
    ['an error', chunk({ content: 'a' }, {}, { error: { message: 'x' } })],
    ['the stop string', chunk({ content: 'a' }, { stop_reason: '###' })],
  ])('learns nothing from a frame with %s beside the text', (_, first) => {
    const frames = new KnownFrames();
    frames.learn(JSON.stringify(first), { ...first });
    expect(frames.read(frame(JSON.stringify(first)))).toBeNull();
  });

  it('leaves an event that is called an error alone', () => {
    expect(
      taught({ content: 'a' }).read({ event: 'error', data: JSON.stringify(chunk({ content: 'b' })) }),
    ).toBeNull();
  });

  it('reads what JSON.parse reads, or nothing, whatever stands where the text was', () => {
    const around = JSON.stringify(chunk({ content: 'SPLIT' })).split('SPLIT');
    const [prefix = '', suffix = ''] = around;
    const between = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            '"',
            '\\',
            '\\"',
            '\\u4f60',
            '\\ud83d',
            ',"role":"x',
            'a',
            '\n',
            '}',
            '":"',
            '\u2028',
          ),
          {
            maxLength: 6,
          },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(between, (text) => {
        const data = prefix + text + suffix;
        const read = taught({ content: 'a' }).read(frame(data));
        if (read === null) return;
        expect(JSON.parse(data)).toEqual(chunk({ content: 'text' in read ? read.text : null }));
      }),
      { numRuns: 5000 },
    );
  });

  it('changes nothing about what comes out', () => {
    const delta = fc.oneof(
      fc.record({ content: fc.string({ unit: 'grapheme', maxLength: 5 }) }),
      fc.record({ content: fc.constant(null), reasoning_content: fc.string({ maxLength: 5 }) }),
      fc.record({
        role: fc.constant('assistant'),
        content: fc.constantFrom('', '<think>', '</think>', '\n'),
      }),
      fc
        .tuple(fc.nat(1), fc.constantFrom('', '{"a":', '"b"', '\\', '}', '{}', '\n'))
        .map(([index, args]) => ({ tool_calls: [{ index, function: { arguments: args } }] })),
      fc.constantFrom('a', 'b').map((id, index = 0) => ({
        tool_calls: [{ index, id, function: { name: 'f', arguments: '' } }],
      })),
    );
    fc.assert(
      fc.property(fc.array(delta, { maxLength: 20 }), (deltas) => {
        const run = (more: (n: number) => object): MessageStreamEvent[] => {
          const converter = new OpenAiToAnthropicStream(answerContext());
          const events = deltas.flatMap((each, n) =>
            converter.push(frame(JSON.stringify(chunk(each, {}, more(n))))),
          );
          return [...events, ...converter.push(frame('[DONE]'))];
        };
        // With a number in every frame no two are alike, and all are parsed.
        expect(run(() => ({}))).toEqual(run((n) => ({ obfuscation: n })));
      }),
      { numRuns: 1000 },
    );
  });
});
