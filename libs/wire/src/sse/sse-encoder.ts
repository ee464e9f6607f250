import type { ContentBlockDelta, MessageStreamEvent } from '../anthropic/message-stream-event.js';

/**
 * The events as they go over the wire, each with its `event:` line, which the official SDKs need, and one
 * `data:` line. The frequent ones are put together from literals, so that only the text itself is encoded.
 */
export function encodeEvents(events: readonly MessageStreamEvent[]): string {
  let text = '';
  for (const event of events) {
    const data =
      event.type === 'content_block_delta'
        ? `{"type":"content_block_delta","index":${event.index},"delta":${encodeDelta(event.delta)}}`
        : JSON.stringify(event);
    text += `event: ${event.type}\ndata: ${data}\n\n`;
  }
  return text;
}

function encodeDelta(delta: ContentBlockDelta): string {
  switch (delta.type) {
    case 'text_delta':
      return `{"type":"text_delta","text":${JSON.stringify(delta.text)}}`;
    case 'thinking_delta':
      return `{"type":"thinking_delta","thinking":${JSON.stringify(delta.thinking)}}`;
    case 'input_json_delta':
      return `{"type":"input_json_delta","partial_json":${JSON.stringify(delta.partial_json)}}`;
    case 'signature_delta':
      return JSON.stringify(delta);
    default:
      return delta satisfies never;
  }
}
