import { describe, expect, it, jest } from '@jest/globals';
import type { MessageStreamEvent } from '@ccs/wire';
import fc from 'fast-check';
import { answerContext } from '../../../test/support/answer-context.js';
import { chunk } from '../../../test/support/chunks.js';
import { OpenAiToAnthropicStream } from './openai-to-anthropic-stream.js';
import { TextFrames } from './text-frames.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

const frame = (data: string): { event: string; data: string } => ({ event: '', data });

/** A reader that has seen one frame with this delta. */
function taught(delta: object): TextFrames {
  const frames = new TextFrames();
  const first = chunk(delta);
  frames.learn(JSON.stringify(first), { ...first });
  return frames;
}

describe('TextFrames', () => {
  it('knows nothing before it has learnt', () => {
    expect(new TextFrames().read(frame(JSON.stringify(chunk({ content: 'a' }))))).toBeNull();
  });

  it.each<[string, object, object]>([
    ['text', { content: 'a' }, { kind: 'text', text: 'b "c" \\ 你\u2028\n👋' }],
    ['reasoning', { content: null, reasoning_content: 'a' }, { kind: 'thinking', text: 'x' }],
    ['reasoning of another name', { reasoning: 'a' }, { kind: 'thinking', text: 'x' }],
    [
      'text with a role beside it',
      { role: 'assistant', content: 'a "content":"' },
      { kind: 'text', text: '' },
    ],
  ])('reads further frames of %s', (_, delta, expected) => {
    const { text } = expected as { text: string };
    const key =
      Object.entries(delta).findLast(([name, value]) => name !== 'role' && value !== null)?.[0] ?? '';
    const next = JSON.stringify(chunk({ ...delta, [key]: text }));
    expect(taught(delta).read(frame(next))).toEqual(expected);
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
    const frames = new TextFrames();
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
        expect(JSON.parse(data)).toEqual(chunk({ content: read.text }));
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
      fc.constant({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }] }),
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
