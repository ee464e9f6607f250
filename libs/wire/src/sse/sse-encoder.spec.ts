import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { MessageStreamEvent } from '../anthropic/message-stream-event.js';
import { encodeEvents } from './sse-encoder.js';
import { SseParser } from './sse-parser.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

const usage = {
  input_tokens: 1,
  output_tokens: 2,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};

describe('encodeEvents', () => {
  it('writes a named event with one data line for every kind of event', () => {
    const message = {
      id: 'msg_1',
      type: 'message' as const,
      role: 'assistant' as const,
      model: 'm',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    };
    const events: MessageStreamEvent[] = [
      { type: 'message_start', message },
      { type: 'ping' },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'a\n"b"' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'gw1_e30' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: '你\r\n👋' } },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"a":' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
      { type: 'message_stop' },
      { type: 'error', error: { type: 'api_error', message: 'x' } },
    ];
    const text = encodeEvents(events);
    const read = new SseParser().push(new TextEncoder().encode(text));
    expect(read.map((event) => event.event)).toEqual(events.map((event) => event.type));
    expect(read.map((event): unknown => JSON.parse(event.data))).toEqual(events);
  });

  it('carries every text unchanged, also half a surrogate pair', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, cut) => {
        const half = cut ? `${text}\ud83d` : text;
        const encoded = encodeEvents([
          { type: 'content_block_delta', index: 3, delta: { type: 'text_delta', text: half } },
        ]);
        const [event] = new SseParser().push(new TextEncoder().encode(encoded));
        expect(JSON.parse(event?.data ?? '')).toEqual({
          type: 'content_block_delta',
          index: 3,
          delta: { type: 'text_delta', text: half },
        });
      }),
      { numRuns: 1000 },
    );
  });
});
