import { describe, expect, it } from '@jest/globals';
import { accumulateMessage, MessageAccumulator } from './accumulate-message.js';
import type { MessageStreamEvent } from './message-stream-event.js';

const usage = {
  input_tokens: 5,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};
const start: MessageStreamEvent = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  },
};
const end: readonly MessageStreamEvent[] = [
  {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { ...usage, input_tokens: 7, output_tokens: 9 },
  },
  { type: 'message_stop' },
];

const toolUse = (...json: readonly string[]): MessageStreamEvent[] => [
  {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'tool_use', id: 'a', name: 'f', input: {} },
  },
  ...json.map((partial_json): MessageStreamEvent => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'input_json_delta', partial_json },
  })),
  { type: 'content_block_stop', index: 0 },
];

describe('accumulateMessage', () => {
  it('adds up blocks of every kind, the end and the final usage', () => {
    const message = accumulateMessage([
      start,
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'ping' },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'gw1_e30' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'A' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'B' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'content_block_start', index: 2, content_block: { type: 'redacted_thinking', data: 'gw1_x' } },
      { type: 'content_block_stop', index: 2 },
      ...end,
    ]);
    expect(message).toMatchObject({
      id: 'msg_1',
      content: [
        { type: 'thinking', thinking: 'hmm', signature: 'gw1_e30' },
        { type: 'text', text: 'AB' },
        { type: 'redacted_thinking', data: 'gw1_x' },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 7, output_tokens: 9 },
    });
  });

  it.each<[string, string[], object]>([
    ['in pieces', ['{"a":', '1}'], { a: 1 }],
    ['absent', [], {}],
    ['cut off', ['{"a":'], { __raw_arguments: '{"a":' }],
    ['no object', ['[1]'], { __raw_arguments: '[1]' }],
  ])('reads tool input that is %s', (_, json, input) => {
    expect(accumulateMessage([start, ...toolUse(...json), ...end])?.content).toEqual([
      { type: 'tool_use', id: 'a', name: 'f', input },
    ]);
  });

  it('leaves the events as they are', () => {
    const events = [start, ...toolUse('{}'), ...end];
    const before = structuredClone(events);
    accumulateMessage(events);
    expect(events).toEqual(before);
  });

  it('is nothing without a beginning', () => {
    expect(accumulateMessage([])).toBeNull();
    expect(accumulateMessage([...toolUse('{}'), ...end])).toBeNull();
  });
});

describe('MessageAccumulator', () => {
  it('shows the answer so far, and how it ended', () => {
    const accumulator = new MessageAccumulator();
    accumulator.add(start);
    accumulator.add({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
    accumulator.add({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'A' } });
    expect(accumulator.message?.content).toEqual([{ type: 'text', text: 'A' }]);
    expect(accumulator.complete).toBe(false);
    accumulator.add({ type: 'error', error: { type: 'api_error', message: 'gone' } });
    expect(accumulator.error).toEqual({ type: 'api_error', message: 'gone' });
    expect(accumulator.complete).toBe(false);
  });
});
