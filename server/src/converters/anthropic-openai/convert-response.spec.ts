import { describe, expect, it } from '@jest/globals';
import type { ContentBlock } from '@ccs/wire';
import { answerContext } from '../../../test/support/answer-context.js';
import { checkGrammar } from '../../../test/vectors/compare.mjs';
import { UpstreamError } from '../../errors/upstream-error.js';
import { decodeCarriedState } from './carried-state.js';
import { convertResponse, convertResponseToEvents } from './convert-response.js';

const answer = (message: object, choice: object = {}, more: object = {}): object => ({
  choices: [{ index: 0, message, finish_reason: 'stop', ...choice }],
  ...more,
});
const content = (message: object, request: object = {}, options: object = {}): ContentBlock[] =>
  convertResponse(answer(message), answerContext(request, options)).message.content;
const call = (id: string | undefined, args: unknown, extra: object = {}): object => ({
  id,
  function: { name: 'f', arguments: args },
  ...extra,
});
const textBlock = (text: string): object => ({ type: 'text', text });
const thinkingBlock = (thinking: string): object => ({ type: 'thinking', thinking, signature: 'gw1_e30' });
const toolUse = (id: string, input: object = {}): object => ({ type: 'tool_use', id, name: 'f', input });

describe('the content of an answer', () => {
  it.each<[string, object, object[]]>([
    ['white space', { content: ' \n' }, []],
    ['text as it is', { content: '\n a ' }, [textBlock('\n a ')]],
    ['a refusal after text', { content: 'a', refusal: 'b' }, [textBlock('ab')]],
    [
      'the first reasoning field that is not empty',
      { reasoning_content: '', reasoning: 'r', content: 'a' },
      [thinkingBlock('r'), textBlock('a')],
    ],
    [
      'details, where no field has the text',
      { reasoning_details: [{ text: 'r' }, { summary: 's' }, { data: 'x' }] },
      [{ ...thinkingBlock('rs'), signature: expect.stringMatching(/^gw1_./) }],
    ],
    [
      'parts, neighbours merged',
      {
        content: [
          { type: 'thinking', thinking: 'r' },
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
          { type: 'image' },
        ],
      },
      [thinkingBlock('r'), textBlock('ab')],
    ],
    ['a think element', { content: '<think>r</think>a' }, [thinkingBlock('r'), textBlock('a')]],
    [
      'a think element beside a reasoning field',
      { reasoning: 'r', content: '<think>x</think>a' },
      [thinkingBlock('r'), textBlock('<think>x</think>a')],
    ],
    ['no arguments', { tool_calls: [call('x', undefined)] }, [toolUse('x')]],
    [
      'ids that repeat',
      { tool_calls: [call('x', '{}'), call('x', '{}'), call('', '{}')] },
      [toolUse('x'), toolUse('toolu_fresh1'), toolUse('toolu_fresh2')],
    ],
    [
      'several objects in one call',
      { tool_calls: [call('x', '{"a":1}{"a":2}')] },
      [toolUse('x', { a: 1 }), toolUse('toolu_fresh1', { a: 2 })],
    ],
    [
      'the legacy call',
      { function_call: { name: 'f', arguments: '{"a":1}' } },
      [toolUse('toolu_fresh1', { a: 1 })],
    ],
    ['an empty legacy stub', { content: 'a', function_call: { name: '', arguments: '' } }, [textBlock('a')]],
    [
      'a legacy copy of a call',
      { tool_calls: [call('x', '{}')], function_call: { name: 'f', arguments: '{}' } },
      [toolUse('x')],
    ],
    [
      'an empty call',
      { content: 'a', tool_calls: [{ id: '', function: { name: '', arguments: '' } }, null] },
      [textBlock('a')],
    ],
  ])('is right for %s', (_, message, expected) => {
    expect(content({ role: 'assistant', ...message })).toEqual(expected);
  });

  it('has no thinking for a client that switched it off', () => {
    const request = { thinking: { type: 'disabled' } };
    expect(content({ reasoning: 'r', content: 'a' }, request)).toEqual([textBlock('a')]);
    expect(content({ content: '<think>r</think>a' }, request)).toEqual([textBlock('a')]);
  });
});

describe('what a provider wants back', () => {
  const details = [{ type: 'reasoning.encrypted', data: 'x' }];
  const extra = { extra_content: { google: { thought_signature: 's==' } } };

  it('travels in the signature of the thinking', () => {
    const [first] = content({
      reasoning: 'r',
      reasoning_details: details,
      tool_calls: [call('a', '{}', extra)],
    });
    expect(first?.type === 'thinking' && decodeCarriedState(first.signature)).toEqual({
      reasoningDetails: details,
      extraContent: { a: extra.extra_content },
    });
  });

  it('travels in a first block of its own where there is no thinking', () => {
    const blocks = content({ tool_calls: [call('functions.f:0', '{}', extra)] });
    const [first, second] = blocks;
    expect(blocks).toHaveLength(2);
    const id = second?.type === 'tool_use' ? second.id : '';
    expect(first?.type === 'redacted_thinking' && decodeCarriedState(first.data)).toEqual({
      extraContent: { [id]: extra.extra_content },
    });
  });
});

describe('an answer', () => {
  it('has a fresh id and the model that was asked for, and nothing of the provider’s', () => {
    const body = { id: 'chatcmpl-1', model: 'up-model', provider: 'X', ...answer({ content: 'a' }) };
    expect(convertResponse(body, answerContext())).toEqual({
      message: {
        id: 'msg_test0001',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-5',
        content: [textBlock('a')],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: {
          input_tokens: 11,
          output_tokens: 1,
          cache_read_input_tokens: 0,
          cache_creation_input_tokens: 0,
        },
      },
      usageReported: false,
    });
  });

  it.each<[string, object, string]>([
    [
      'the choice with index 0',
      {
        choices: [
          { index: 1, message: { content: 'b' } },
          { index: 0, message: { content: 'a' } },
        ],
      },
      'a',
    ],
    [
      'else the first',
      {
        choices: [
          { index: 3, message: { content: 'a' } },
          { index: 1, message: { content: 'b' } },
        ],
      },
      'a',
    ],
    ['also one with a delta', { choices: [{ delta: { content: 'a' } }] }, 'a'],
  ])('is %s', (_, body, text) => {
    expect(convertResponse(body, answerContext()).message.content).toEqual([textBlock(text)]);
  });

  it.each<[string, unknown, number, string]>([
    ['text', '<html>Hello</html>', 502, 'api_error'],
    ['nothing', null, 502, 'api_error'],
    ['no choices', { choices: [] }, 502, 'api_error'],
    ['an error', { error: { message: 'x', code: 429 } }, 429, 'rate_limit_error'],
    ['an error beside an answer', { ...answer({ content: 'a' }), error: { message: 'x' } }, 502, 'api_error'],
    ['errors', { errors: { message: 'rate limit' } }, 429, 'rate_limit_error'],
    ['object error', { object: 'error', message: 'x', code: 400 }, 400, 'invalid_request_error'],
    ['code and message', { code: 'InvalidApiKey', message: 'invalid api key' }, 502, 'api_error'],
    ['a list', [{ error: { message: 'x', code: 503 } }], 529, 'overloaded_error'],
    ['MiniMax', { base_resp: { status_code: 1008, status_msg: 'x' }, choices: null }, 402, 'billing_error'],
    [
      'a finish of the error class',
      answer({ content: 'a' }, { finish_reason: 'network_error' }),
      502,
      'api_error',
    ],
    [
      'a lack of resources',
      answer({ content: 'a' }, { finish_reason: 'insufficient_system_resource' }),
      529,
      'overloaded_error',
    ],
    [
      'an error in the choice',
      answer({}, { finish_reason: 'error', error: { code: 503, message: 'x' } }),
      529,
      'overloaded_error',
    ],
    [
      'a call without a name',
      answer({ tool_calls: [{ id: 'a', function: { arguments: '{}' } }] }),
      502,
      'api_error',
    ],
  ])('is an error for %s', (_, body, status, type) => {
    let thrown: unknown;
    try {
      convertResponse(body, answerContext());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UpstreamError);
    expect(thrown).toMatchObject({ status, type });
  });

  it.each([
    { base_resp: { status_code: 0, status_msg: 'ok' } },
    { error: null, errors: [] },
    { code: 'OK', message: 'fine' },
  ])('may have %j beside it', (more) => {
    expect(convertResponse(answer({ content: 'a' }, {}, more), answerContext()).message.content).toHaveLength(
      1,
    );
  });

  it('can be told as a stream', () => {
    const body = answer({
      reasoning: 'r',
      content: 'a',
      tool_calls: [call('x', '{"a":1}', { extra_content: { s: 1 } }), call('y', '{}')],
    });
    const { events, message } = convertResponseToEvents(body, answerContext());
    expect(checkGrammar(events)).toBeNull();
    expect(message.content.map((block) => block.type)).toEqual(['thinking', 'text', 'tool_use', 'tool_use']);
  });

  it('of any depth is converted', () => {
    const depth = 50_000;
    const args = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const { events } = convertResponseToEvents(answer({ tool_calls: [call('x', args)] }), answerContext());
    expect(events.flatMap((event) => (event.type === 'content_block_delta' ? [event.delta] : []))).toEqual([
      { type: 'input_json_delta', partial_json: args },
    ]);
  });
});
