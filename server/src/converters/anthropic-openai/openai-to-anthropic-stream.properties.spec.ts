import { describe, expect, it, jest } from '@jest/globals';
import { accumulateMessage, encodeEvents, SseParser, type MessageStreamEvent } from '@ccs/wire';
import fc from 'fast-check';
import { answerContext } from '../../../test/support/answer-context.js';
import {
  chunk,
  convertBytes,
  convertChunks,
  cut,
  DONE,
  finish,
  sse,
  toolPiece,
} from '../../../test/support/chunks.js';
import { checkGrammar } from '../../../test/vectors/compare.mjs';
import { UpstreamError } from '../../errors/upstream-error.js';
import { convertResponse } from './convert-response.js';
import { OpenAiToAnthropicStream } from './openai-to-anthropic-stream.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

const RUNS = { numRuns: 1000 };
const TOOLS = ['now', 'get_weather', 'get_weather_map', 'a'].map((name) => ({ name, input_schema: {} }));

const prose = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n',
    'Hello',
    '<',
    '<think>',
    '</think>',
    '<thi',
    'nk>',
    '</th',
    'ink>\n',
    '你好 👋🏽',
    '}',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 3, arbitrary }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) });
const argumentPiece = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '{',
    '}',
    '{}',
    '"',
    '\\',
    '{"a":1}',
    '{"a":',
    '1}',
    'null',
    '"{}"',
    '[1]',
    '{"x":"}"}',
    ',',
  ),
  fc.json({ maxDepth: 2 }),
  fc.string({ maxLength: 6 }),
);
const piece = fc.record(
  {
    index: fc.constantFrom(0, 0, 1, 2, null, undefined),
    id: fc.constantFrom(undefined, null, '', 'call_1', 'call_2', 'functions.now:0'),
    type: fc.constantFrom('function', undefined),
    function: fc.record(
      {
        name: fc.constantFrom(undefined, null, '', 'now', 'get_', 'weather', 'get_weather', 'unknown.tool'),
        arguments: fc.oneof(
          argumentPiece,
          fc.constantFrom(null, undefined),
          fc.dictionary(fc.string(), fc.integer()),
        ),
      },
      { requiredKeys: [] },
    ),
    extra_content: fc.constantFrom(undefined, { google: { thought_signature: 's' } }),
  },
  { requiredKeys: [] },
);
const part = fc.oneof(
  prose.map((text) => ({ type: 'text', text })),
  prose.map((text) => ({ type: 'thinking', thinking: [{ type: 'text', text }] })),
);
const delta = fc.record(
  {
    role: fc.constantFrom('assistant', null),
    content: nullable(fc.oneof(prose, fc.array(part, { maxLength: 3 }))),
    reasoning_content: nullable(prose),
    reasoning: nullable(prose),
    reasoning_details: nullable(
      fc.array(
        prose.map((text) => ({ type: 'reasoning.text', text })),
        { maxLength: 2 },
      ),
    ),
    refusal: nullable(prose),
    tool_calls: nullable(fc.array(piece, { maxLength: 3 })),
    function_call: nullable(fc.record({ name: fc.constantFrom('', 'now'), arguments: argumentPiece })),
  },
  { requiredKeys: [] },
);
const finishReason = fc.constantFrom(
  'stop',
  'tool_calls',
  'length',
  'content_filter',
  '',
  'STOP',
  'weird',
  'error',
);
const usage = fc.record({ prompt_tokens: fc.nat(1000), completion_tokens: fc.nat(1000) });
const anyChunk = fc.oneof(
  { weight: 12, arbitrary: delta.map((each) => chunk(each)) },
  {
    weight: 2,
    arbitrary: fc.tuple(delta, finishReason).map(([each, reason]) => chunk(each, { finish_reason: reason })),
  },
  { weight: 1, arbitrary: usage.map((each) => ({ choices: [], usage: each })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<object | string>(
      DONE,
      { error: { message: 'x' } },
      { error: 'busy' },
      {},
      'x',
    ),
  },
);
const request = fc.record({
  thinking: fc.constantFrom({ type: 'disabled' }, { type: 'adaptive' }),
  tools: fc.constant(TOOLS),
});
const options = fc.record({ think_tags: fc.constantFrom('auto', 'off', 'implicit_open') });
const ending = fc.constantFrom('eof' as const, 'reset' as const);

describe('OpenAiToAnthropicStream, for any stream', () => {
  it('gives events in the order that clients rely on', () => {
    fc.assert(
      fc.property(
        fc.array(anyChunk, { maxLength: 12 }),
        request,
        options,
        ending,
        (chunks, asked, profile, end) => {
          const events = convertChunks(answerContext(asked, profile), chunks, end);
          expect(checkGrammar(events)).toBeNull();
          // What goes over the wire reads back as the same events.
          const read = new SseParser().push(Buffer.from(encodeEvents(events)));
          expect(read.map((event): unknown => JSON.parse(event.data))).toEqual(
            JSON.parse(JSON.stringify(events)),
          );
        },
      ),
      RUNS,
    );
  });

  it('gives the same events wherever the bytes are cut', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(anyChunk, { maxLength: 8 }),
        sizes,
        fc.constantFrom('\n', '\r\n', '\r'),
        (chunks, at, line) => {
          const bytes = Buffer.from(sse(chunks).replaceAll('\n', line));
          const context = () => answerContext({ tools: TOOLS });
          expect(convertBytes(context(), cut(bytes, at))).toEqual(convertBytes(context(), [bytes]));
        },
      ),
      RUNS,
    );
  });

  it('never throws, whatever a provider sends', () => {
    const event = fc.record({
      event: fc.constantFrom('', 'error', 'message'),
      data: fc.oneof(
        fc.json({ maxDepth: 4 }),
        fc.string(),
        anyChunk.map((each) => JSON.stringify(each)),
      ),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 10 }), fc.infiniteStream(fc.nat()), (events, random) => {
        const converter = new OpenAiToAnthropicStream(answerContext({ tools: TOOLS }));
        const out: MessageStreamEvent[] = [];
        for (const { event: name, data } of events) {
          const at = (random.next().value ?? 0) % (data.length + 1);
          out.push(
            ...converter.push({ event: name, data }),
            ...converter.push({ event: '', data: data.slice(at) }),
          );
        }
        out.push(...converter.end('eof'));
        expect(checkGrammar(out)).toBeNull();
        expect(converter.finished).toBe(true);
        expect(converter.failure !== null).toBe(out.at(-1)?.type === 'error');
      }),
      RUNS,
    );
  });
});

/** One answer, as a provider would give it whole. */
const answer = fc.record({
  reasoning: fc.oneof(fc.constant(''), prose),
  content: fc.array(prose, { maxLength: 4 }).map((texts) => texts.join('')),
  refusal: fc.oneof(fc.constant(''), fc.constant(''), prose),
  calls: fc.array(
    fc.record({
      idPrefix: fc.constantFrom(null, 'call_', 'functions.now:'),
      name: fc.constantFrom('now', 'get_weather', 'get_weather_map', 'unknown'),
      args: fc.oneof(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })).map((input) => JSON.stringify(input)),
        fc.constantFrom(
          '',
          '{}',
          'null',
          '{"a":1}{"b":2}',
          '{"a":1} tail',
          '"{\\"a\\":1}"',
          '[1]',
          'x',
          ' {"a":1}',
        ),
      ),
    }),
    { maxLength: 3 },
  ),
  finish_reason: fc.constantFrom('stop', 'tool_calls', 'length', 'content_filter', 'weird'),
  usage: fc.option(usage),
});

/** A text in pieces; none is empty. */
function pieces(text: string, sizes: Iterator<number>): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const size = 1 + ((sizes.next().value as number) % 9);
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts;
}

describe('a streamed answer', () => {
  it('adds up to the message that the same answer gives when it comes whole', () => {
    fc.assert(
      fc.property(answer, options, request, fc.infiniteStream(fc.nat()), (given, profile, asked, sizes) => {
        const whole = {
          choices: [
            {
              index: 0,
              message: {
                role: 'assistant',
                reasoning_content: given.reasoning,
                content: given.content,
                refusal: given.refusal,
                tool_calls: given.calls.map(({ idPrefix, name, args }, index) => ({
                  id: idPrefix === null ? '' : idPrefix + index,
                  type: 'function',
                  function: { name, arguments: args },
                })),
              },
              finish_reason: given.finish_reason,
            },
          ],
          ...(given.usage === null ? {} : { usage: given.usage }),
        };
        const chunks = [
          ...pieces(given.reasoning, sizes).map((text) => chunk({ reasoning_content: text })),
          ...pieces(given.content, sizes).map((text) => chunk({ content: text })),
          ...pieces(given.refusal, sizes).map((text) => chunk({ refusal: text })),
          // Cut arguments may hide what follows an object; those cases are whole here and cut elsewhere.
          ...given.calls.map(({ idPrefix, name, args }, index) =>
            toolPiece({ index, id: idPrefix === null ? '' : idPrefix + index, name, args }),
          ),
          finish(given.finish_reason),
          ...(given.usage === null ? [] : [{ choices: [], usage: given.usage }]),
          DONE,
        ];
        const streamed = accumulateMessage(convertChunks(answerContext(asked, profile), chunks));
        const { message } = convertResponse(whole, answerContext(asked, profile));
        // Estimates of the same answer may differ a little.
        expect({ ...streamed, usage: given.usage && streamed?.usage }).toEqual({
          ...message,
          usage: given.usage && message.usage,
        });
      }),
      RUNS,
    );
  });
});

describe('parallel tool calls', () => {
  it('lose and mix no character, however their pieces interleave', () => {
    const call = fc.record({
      input: fc.dictionary(fc.string({ unit: 'binary', maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }), {
        minKeys: 1,
        maxKeys: 3,
      }),
      indent: fc.constantFrom(undefined, 1),
      name: fc.constantFrom('now', 'get_weather', 'get_weather_map', 'unknown'),
    });
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('index', 'id', 'both', 'header'),
        fc.array(fc.nat()),
        fc.infiniteStream(fc.nat()),
        (calls, told, order, sizes) => {
          const texts = calls.map(({ input, indent }) => JSON.stringify(input, null, indent));
          const waiting = calls.map(({ name }, number) => {
            const id = `call_${number}`;
            const header = toolPiece({ index: number, id, name, args: '' });
            const rest = pieces(texts[number] ?? '', sizes).map((args) =>
              toolPiece({
                args,
                ...(told === 'id' ? {} : { index: number }),
                ...(told === 'id' || told === 'both' ? { id } : {}),
                ...(told === 'both' ? { name } : {}),
              }),
            );
            return [header, ...rest];
          });
          const chunks = waiting.map((queue) => queue.shift() ?? {});
          for (const random of order)
            chunks.push(waiting[random % waiting.length]?.shift() ?? chunk({ content: '' }));
          chunks.push(...waiting.flat(), finish('tool_calls'));
          const events = convertChunks(answerContext({ tools: TOOLS }), [...chunks, DONE]);
          expect(checkGrammar(events)).toBeNull();
          const got = calls.map((_, index) =>
            events
              .flatMap((event) =>
                event.type === 'content_block_delta' && event.index === index ? [event.delta] : [],
              )
              .map((each) => (each.type === 'input_json_delta' ? each.partial_json : `wrong: ${each.type}`))
              .join(''),
          );
          expect(got).toEqual(texts);
          expect(accumulateMessage(events)?.content).toEqual(
            calls.map(({ name }, number) => ({
              type: 'tool_use',
              id: `call_${number}`,
              name,
              input: JSON.parse(texts[number] ?? '') as unknown,
            })),
          );
        },
      ),
      RUNS,
    );
  });
});

describe('convertResponse, for any body', () => {
  it('gives a message or an UpstreamError, and nothing else', () => {
    const body = fc.oneof(
      fc.jsonValue({ maxDepth: 5 }),
      fc.record({
        choices: fc.array(fc.record({ message: delta, finish_reason: finishReason })),
        usage: fc.jsonValue(),
      }),
      fc.record({
        error: fc.jsonValue(),
        base_resp: fc.jsonValue(),
        code: fc.jsonValue(),
        message: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(body, options, (given, profile) => {
        try {
          const { message } = convertResponse(given, answerContext({ tools: TOOLS }, profile));
          expect(message.content.some((block) => block.type === 'text' && block.text.trim() === '')).toBe(
            false,
          );
          expect(Number.isInteger(message.usage.output_tokens)).toBe(true);
        } catch (error) {
          if (!(error instanceof UpstreamError)) throw error;
        }
      }),
      RUNS,
    );
  });
});
