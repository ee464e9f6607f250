import type { ContentBlock, Message, MessageStreamEvent } from '@ccs/wire';
import { stringifyJson } from './stringify-json.js';

/**
 * A whole message as the events of a stream that brings it, each block in one delta. Fields and blocks that are not
 * known here come along: a provider of the same dialect may be ahead of us.
 */
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
        { type: 'content_block_start', index, content_block: { ...block, text: '' } },
        { type: 'content_block_delta', index, delta: { type: 'text_delta', text: block.text } },
        stop,
      ];
    case 'thinking':
      return [
        { type: 'content_block_start', index, content_block: { ...block, thinking: '', signature: '' } },
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
      const start: MessageStreamEvent = {
        type: 'content_block_start',
        index,
        content_block: { ...block, input: {} },
      };
      if (Object.keys(block.input).length === 0) return [start, stop];
      const delta = { type: 'input_json_delta' as const, partial_json: stringifyJson(block.input) };
      return [start, { type: 'content_block_delta', index, delta }, stop];
    }
    default:
      return [{ type: 'content_block_start', index, content_block: block satisfies never }, stop];
  }
}
