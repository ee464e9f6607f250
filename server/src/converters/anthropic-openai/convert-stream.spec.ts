import { describe, expect, it } from '@jest/globals';
import { accumulateMessage, type MessageStreamEvent } from '@ccs/wire';
import { answerContext } from '../../../test/support/answer-context.js';
import {
  chunk,
  convertBytes,
  convertChunks,
  DONE,
  finish,
  outline,
  toolPiece,
} from '../../../test/support/chunks.js';
import { decodeCarriedState } from './carried-state.js';
import { OpenAiToAnthropicStream } from './openai-to-anthropic-stream.js';

const text = (content: string): object => chunk({ content });
const reasoning = (content: string): object => chunk({ reasoning_content: content });
const tools = [{ name: 'f', input_schema: {} }];

/** Blocks in short, with the end. */
const converted = (...chunks: readonly (object | string)[]): string[] =>
  outline(convertChunks(answerContext({ tools }), chunks));

describe('blocks of a stream', () => {
  it.each<[string, (object | string)[], string[]]>([
    [
      'reasoning after text opens a new block',
      [reasoning('a'), text('b'), reasoning('c'), DONE],
      ['thinking:a', 'text:b', 'thinking:c', '= end_turn'],
    ],
    [
      'white space between reasoning opens none',
      [reasoning('a'), text('\n'), reasoning('b'), DONE],
      ['thinking:ab', '= end_turn'],
    ],
    [
      'white space before reasoning does not come back with the next text',
      [reasoning('a'), text('\n'), reasoning('b'), text('c'), DONE],
      ['thinking:ab', 'text:c', '= end_turn'],
    ],
    [
      'the possible beginning of a tag goes before a call',
      [text('<'), toolPiece({ index: 0, id: 'x', name: 'f', args: '{}' }), DONE],
      ['text:<', 'f(x) {}', '= tool_use'],
    ],
    ['white space alone opens none', [text('\n'), text(' '), finish('stop'), DONE], ['= end_turn']],
    [
      'leading white space comes with the text',
      [text('\n'), text(' '), text('a'), text(' '), DONE],
      ['text:\n a ', '= end_turn'],
    ],
    ['a refusal continues the text', [text('a'), chunk({ refusal: 'b' }), DONE], ['text:ab', '= refusal']],
    [
      'within a chunk: reasoning, content, refusal, calls',
      [
        chunk({
          tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '{}' } }],
          refusal: 'c',
          content: 'b',
          reasoning: 'a',
        }),
        DONE,
      ],
      ['thinking:a', 'text:bc', 'f(x) {}', '= tool_use'],
    ],
    [
      'other choices are nothing',
      [
        {
          choices: [
            { index: 1, delta: { content: 'b' } },
            { index: 0, delta: { content: 'a' } },
          ],
        },
        DONE,
      ],
      ['text:a', '= end_turn'],
    ],
    [
      'a choice without an index counts',
      [{ choices: [{ delta: { content: 'a' } }] }, DONE],
      ['text:a', '= end_turn'],
    ],
    [
      'a message stands in for the delta',
      [{ choices: [{ message: { content: 'a' }, delta: null, finish_reason: 'stop' }] }, DONE],
      ['text:a', '= end_turn'],
    ],
    [
      'text after the finish goes on',
      [text('a'), finish('stop'), text('b'), DONE],
      ['text:ab', '= end_turn'],
    ],
    [
      'text after the finish of a call is a new block',
      [toolPiece({ index: 0, id: 'x', name: 'f', args: '{}' }), finish('tool_calls'), text('b'), DONE],
      ['f(x) {}', 'text:b', '= tool_use'],
    ],
  ])('%s', (_, chunks, expected) => {
    expect(converted(...chunks)).toEqual(expected);
  });

  it('do not show thinking to a client that switched it off, and the answer begins all the same', () => {
    const converter = new OpenAiToAnthropicStream(answerContext({ thinking: { type: 'disabled' } }));
    const push = (each: object): string[] =>
      converter.push({ event: '', data: JSON.stringify(each) }).map((event) => event.type);
    expect(push(reasoning('secret'))).toEqual(['message_start']);
    expect(push(text('<think>'))).toEqual(['content_block_start', 'content_block_delta']);
  });
});

describe('the end of a stream', () => {
  it.each<[string, (object | string)[], string]>([
    ['[DONE] without a finish', [text('a'), DONE], '= end_turn'],
    ['an empty answer', [chunk({ role: 'assistant', content: '' }), DONE], '= end_turn'],
    ['EOF after a finish', [text('a'), finish('length')], '= max_tokens'],
    ['EOF without either', [text('a')], '! api_error'],
    ['nothing', [], '! api_error'],
    [
      'the strongest of several finishes',
      [text('a'), finish('length'), finish('stop'), DONE],
      '= max_tokens',
    ],
    [
      'a refusal over everything',
      [finish('content_filter'), finish('model_context_window_exceeded'), DONE],
      '= refusal',
    ],
    ['a finish of the error class', [text('a'), finish('network_error'), DONE], '! api_error'],
    ['a lack of resources', [finish('insufficient_system_resource'), DONE], '! overloaded_error'],
    ['what comes after [DONE]', [text('a'), DONE, { error: { message: 'x' } }], '= end_turn'],
    ['what comes after an error', [{ error: 'rate limit' }, text('a'), DONE], '! rate_limit_error'],
  ])('is right for %s', (_, chunks, end) => {
    expect(converted(...chunks).at(-1)).toBe(end);
  });

  it('with a reset is an error, unless a finish came before', () => {
    expect(outline(convertChunks(answerContext(), [text('a')], 'reset'))).toEqual(['text:a', '! api_error']);
    expect(outline(convertChunks(answerContext(), [text('a'), finish('stop')], 'reset'))).toEqual([
      'text:a',
      '= end_turn',
    ]);
  });

  it('tells the stop string the provider names', () => {
    const chunks = [text('a'), chunk({}, { finish_reason: 'stop', matched_stop: '###' }), DONE];
    const events = convertChunks(answerContext({ stop_sequences: ['###'] }), chunks);
    expect(accumulateMessage(events)).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: '###' });
  });
});

describe('the usage of a stream', () => {
  const usage = (prompt_tokens: number, completion_tokens: number): object => ({
    prompt_tokens,
    completion_tokens,
  });
  const run = (...chunks: readonly (object | string)[]) => {
    const converter = new OpenAiToAnthropicStream(answerContext());
    const events: MessageStreamEvent[] = chunks.flatMap((each) =>
      converter.push({ event: '', data: typeof each === 'string' ? each : JSON.stringify(each) }),
    );
    return { shown: accumulateMessage(events)?.usage, usage: converter.usage };
  };

  it.each<[string, (object | string)[]]>([
    ['in a chunk of its own', [text('a'), finish('stop'), { choices: [], usage: usage(12, 7) }, DONE]],
    [
      'in every chunk, the last one',
      [
        chunk({ content: 'a' }, {}, { usage: usage(12, 1) }),
        chunk({}, {}, { usage: usage(12, 7) }),
        { choices: [], usage: null },
        DONE,
      ],
    ],
    ['in the choice', [chunk({ content: 'a' }, { usage: usage(12, 7) }), DONE]],
    ['before anything else', [{ choices: [], usage: usage(12, 7) }, text('a'), DONE]],
    [
      'that an empty one does not undo',
      [chunk({ content: 'a' }, {}, { usage: usage(12, 7) }), { choices: [], usage: {} }, DONE],
    ],
  ])('is the one reported %s', (_, chunks) => {
    const { shown, usage: known } = run(...chunks);
    expect(shown).toMatchObject({ input_tokens: 12, output_tokens: 7 });
    expect(known).toMatchObject({ input_tokens: 12, output_tokens: 7, estimated: false });
  });

  it('is estimated, in whole tokens, where none is reported', () => {
    const { shown, usage: known } = run(text('a'.repeat(35)), text('你'), DONE);
    expect(shown).toMatchObject({ input_tokens: 11, output_tokens: 11 });
    expect(known.estimated).toBe(true);
  });

  it('is shown at the start as far as it is known', () => {
    const events = convertChunks(answerContext(), [text('a'), DONE]);
    expect(events[0]).toMatchObject({
      type: 'message_start',
      message: { usage: { input_tokens: 11, output_tokens: 0 } },
    });
  });
});

describe('an error in a stream', () => {
  it.each<[string, string, string[]]>([
    ['as an object', 'data: {"error":{"message":"Slow down","code":429}}\n\n', ['! rate_limit_error']],
    ['as words in an object', 'data: {"error":"model is overloaded"}\n\n', ['! overloaded_error']],
    ['as a bare string', 'data: "model is overloaded"\n\n', ['! overloaded_error']],
    [
      'as an event of that name',
      'event: error\ndata: {"message":"Slow down","type":"rate_limit"}\n\n',
      ['! rate_limit_error'],
    ],
    [
      'as an event of that name in words',
      'event: error\ndata: rate limit reached\n\n',
      ['! rate_limit_error'],
    ],
    ['as a list', 'data: [{"error":{"status":"RESOURCE_EXHAUSTED"}}]\n\n', ['! rate_limit_error']],
    [
      'as code and message',
      'data: {"code":"Throttling","message":"Requests throttled"}\n\n',
      ['! rate_limit_error'],
    ],
    ['as base_resp', 'data: {"base_resp":{"status_code":1008,"status_msg":"x"}}\n\n', ['! billing_error']],
    [
      'in the choice',
      'data: {"choices":[{"index":0,"error":{"code":503,"message":"x"},"finish_reason":"error"}]}\n\n',
      ['! overloaded_error'],
    ],
    [
      'beside a delta, which goes first',
      'data: {"error":{"message":"x"},"choices":[{"delta":{"content":"T"}}]}\n\n',
      ['text:T', '! api_error'],
    ],
  ])('is seen %s', (_, data, expected) => {
    expect(outline(convertBytes(answerContext(), [Buffer.from(data)]))).toEqual(expected);
  });

  it('comes after what waited behind an incomplete call, which stays open', () => {
    const events = convertChunks(answerContext({ tools }), [
      toolPiece({ index: 0, id: 'a', name: 'f', args: '{"x"' }),
      text('T'),
      toolPiece({ index: 1, id: 'b', name: 'f', args: '{"y"' }),
      { error: { message: 'x' } },
    ]);
    expect(outline(events)).toEqual(['f(a) {"x"', 'text:T', 'f(b) {"y"', '! api_error']);
    expect(events.at(-2)?.type).toBe('content_block_delta');
  });

  it('is the only event, and at hand with its status, while the answer has not begun', () => {
    const converter = new OpenAiToAnthropicStream(answerContext());
    expect(
      converter.push({ event: '', data: JSON.stringify(chunk({ role: 'assistant', content: '' })) }),
    ).toEqual([]);
    const events = converter.push({ event: '', data: '{"error":{"message":"try again in 2s","code":429}}' });
    expect(events.map((event) => event.type)).toEqual(['error']);
    expect(converter).toMatchObject({ started: false, finished: true });
    expect(converter.failure).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    expect(converter.end('eof')).toEqual([]);
  });
});

describe('white space before an error', () => {
  it('does not begin the answer', () => {
    const context = answerContext({}, { think_tags: 'off' });
    const events = convertChunks(context, [text('\n'), { error: { message: 'x' } }]);
    expect(events.map((event) => event.type)).toEqual(['error']);
  });
});

describe('events of a stream that are not an answer', () => {
  it.each([
    ['words', 'data: ping\n\n'],
    ['an empty one', 'data:\n\n'],
    ['other JSON', 'data: 1\n\ndata: null\n\ndata: {}\n\ndata: {"choices":null}\n\n'],
    ['half a chunk', 'data: {"choices":[{"delta":{"content":"x"\n\n'],
    [
      'a code that is none',
      'data: {"code":0,"message":"success"}\n\ndata: {"code":"200","message":"ok"}\n\n',
    ],
    ['an empty error', 'data: {"error":null}\n\ndata: {"error":{}}\n\ndata: {"error":""}\n\n'],
  ])('are skipped: %s', (_, data) => {
    const events = convertBytes(answerContext(), [
      Buffer.from(`${data}data: {"choices":[{"delta":{"content":"A"}}]}\n\ndata: [DONE]\n\n`),
    ]);
    expect(outline(events)).toEqual(['text:A', '= end_turn']);
  });

  it('of several data lines are one chunk, or a chunk each', () => {
    const one = 'data: {"choices":\ndata: [{"delta":{"content":"A"}}]}\n\n';
    const two =
      'data: {"choices":[{"delta":{"content":"B"}}]}\ndata: {"choices":[{"delta":{"content":"C"}}]}\ndata: [DONE]\n\n';
    expect(outline(convertBytes(answerContext(), [Buffer.from(one + two)]))).toEqual([
      'text:ABC',
      '= end_turn',
    ]);
  });

  it('count at the end of the body if they are whole', () => {
    const cut = 'data: {"choices":[{"delta":{"content":"A"},"finish_reason":"stop"}]}';
    expect(outline(convertBytes(answerContext(), [Buffer.from(cut)]))).toEqual(['text:A', '= end_turn']);
    expect(outline(convertBytes(answerContext(), [Buffer.from('data: [DONE]')]))).toEqual(['= end_turn']);
  });
});

describe('what a provider wants back', () => {
  const detail = (data: string): object => ({ type: 'reasoning.encrypted', data });
  const signature = { google: { thought_signature: 's==' } };
  const call = toolPiece({ index: 0, id: 'a', name: 'f', args: '{}', extra: signature });
  const carried = (...chunks: readonly (object | string)[]) => {
    const message = accumulateMessage(convertChunks(answerContext({ tools }), [...chunks, DONE]));
    return (message?.content ?? []).map((block) => {
      if (block.type === 'thinking') return [block.type, decodeCarriedState(block.signature)];
      return block.type === 'redacted_thinking' ? [block.type, decodeCarriedState(block.data)] : [block.type];
    });
  };

  it('travels in the signature of the thinking it came with', () => {
    expect(
      carried(
        chunk({ reasoning: 'a', reasoning_details: [detail('1')] }),
        chunk({ reasoning: 'b', reasoning_details: [detail('2')] }),
        call,
      ),
    ).toEqual([
      ['thinking', { reasoningDetails: [detail('1'), detail('2')], extraContent: { a: signature } }],
      ['tool_use'],
    ]);
  });

  it('travels in a block of its own, at the end, where the thinking is closed', () => {
    expect(carried(reasoning('a'), text('T'), call, chunk({ reasoning_details: [detail('1')] }))).toEqual([
      ['thinking', {}],
      ['text'],
      ['tool_use'],
      ['redacted_thinking', { reasoningDetails: [detail('1')], extraContent: { a: signature } }],
    ]);
  });

  it('travels in a block of its own where there is no thinking', () => {
    expect(carried(call)).toEqual([['tool_use'], ['redacted_thinking', { extraContent: { a: signature } }]]);
  });

  it('travels although the client switched thinking off', () => {
    const context = answerContext({ tools, thinking: { type: 'disabled' } });
    const chunks = [chunk({ reasoning: 'a', reasoning_details: [detail('1')] }), text('T'), DONE];
    const content = accumulateMessage(convertChunks(context, chunks))?.content;
    expect(content?.map((block) => block.type)).toEqual(['text', 'redacted_thinking']);
  });
});
