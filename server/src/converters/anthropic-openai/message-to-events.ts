import type { ContentBlock, Message, MessageStreamEvent } from '@ccs/wire';
import { stringifyJson } from '../stringify-json.js';

/** A whole message as the events of a stream that brings it, each block in one delta. */
export function messageToEvents(message: Message): MessageStreamEvent[] {
  return [
    {
      type: 'message_start',
      message: {
        ...message,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...message.usage, output_tokens: 0 },
      },
    },
    ...message.content.flatMap((block, index) => blockEvents(block, index)),
    {
      type: 'message_delta',
      delta: { stop_reason: message.stop_reason, stop_sequence: message.stop_sequence },
      usage: message.usage,
    },
    { type: 'message_stop' },
  ];
}

function blockEvents(block: ContentBlock, index: number): MessageStreamEvent[] {
  const stop: MessageStreamEvent = { type: 'content_block_stop', index };
  switch (block.type) {
    case 'text':
      return [
        { type: 'content_block_start', index, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index, delta: { type: 'text_delta', text: block.text } },
        stop,
      ];
    case 'thinking':
      return [
        {
          type: 'content_block_start',
          index,
          content_block: { type: 'thinking', thinking: '', signature: '' },
        },
        { type: 'content_block_delta', index, delta: { type: 'thinking_delta', thinking: block.thinking } },
        {
          type: 'content_block_delta',
          index,
          delta: { type: 'signature_delta', signature: block.signature },
        },
        stop,
      ];
    case 'redacted_thinking':
      return [{ type: 'content_block_start', index, content_block: block }, stop];
    case 'tool_use': {
      const { id, name, input } = block;
      const start: MessageStreamEvent = {
        type: 'content_block_start',
        index,
        content_block: { type: 'tool_use', id, name, input: {} },
      };
      if (Object.keys(input).length === 0) return [start, stop];
      const delta = { type: 'input_json_delta' as const, partial_json: stringifyJson(input) };
      return [start, { type: 'content_block_delta', index, delta }, stop];
    }
    default:
      return block satisfies never;
  }
}
