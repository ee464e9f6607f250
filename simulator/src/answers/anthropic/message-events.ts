import type { ContentBlock, ContentBlockDelta } from '@ccs/wire';
import { cutText } from '../cut-text.js';
import { estimateTokens, type MessagePart, type ScriptedMessage } from '../scripted-message.js';
import type { Frame } from '../reply.js';
import { DEFAULT_SIGNATURE } from './message.js';
import { anthropicStopReason, encodeAnthropicUsage } from './usage.js';

const DEFAULT_INPUT_PIECES = 3;

/** The server-sent events of a streamed message, from `message_start` to `message_stop`. */
export function encodeMessageEvents(message: ScriptedMessage): Frame[] {
  const delta = { stop_reason: anthropicStopReason(message.finish), stop_sequence: null };
  const usage = message.usage === null ? {} : { usage: encodeAnthropicUsage(message.usage) };
  return [
    [encodeEvent('message_start', { message: startMessage(message) })],
    ...message.content.map((part, index) =>
      [
        encodeEvent('content_block_start', { index, content_block: emptyBlock(part) }),
        ...(index === 0 ? [encodeEvent('ping', {})] : []),
      ].concat(blockFrames(part, index), encodeEvent('content_block_stop', { index })),
    ),
    [encodeEvent('message_delta', { delta, ...usage }), encodeEvent('message_stop', {})],
  ].flat();
}

/** One event, with its name on the `event:` line and in the data. */
export function encodeEvent(type: string, fields: Record<string, unknown>, output = ''): Frame {
  const data = JSON.stringify({ type, ...fields });
  return { bytes: Buffer.from(`event: ${type}\ndata: ${data}\n\n`), tokens: estimateTokens(output) };
}

function startMessage(message: ScriptedMessage): Record<string, unknown> {
  const known =
    message.usage !== null && message.usageIn === 'finish_chunk' ? { input: 0, output: 0 } : message.usage;
  return {
    id: message.id,
    type: 'message',
    role: 'assistant',
    model: message.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...(known !== null && { usage: encodeAnthropicUsage({ ...known, output: 1 }) }),
  };
}

function emptyBlock(part: MessagePart): ContentBlock {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool_call':
      return { type: 'tool_use', id: part.id, name: part.name, input: {} };
    default:
      return part satisfies never;
  }
}

function blockFrames(part: MessagePart, index: number): Frame[] {
  const encode = (delta: ContentBlockDelta, output: string): Frame =>
    encodeEvent('content_block_delta', { index, delta }, output);
  switch (part.type) {
    case 'text': {
      const once = cutText(part.text, part.pieces).map((text) => encode({ type: 'text_delta', text }, text));
      // Shared, not encoded again: a long stream costs the memory of one repetition.
      return Array.from({ length: part.repeat ?? 1 }, () => once).flat();
    }
    case 'reasoning': {
      const signature = part.signature ?? DEFAULT_SIGNATURE;
      return [
        ...cutText(part.text, part.pieces).map((thinking) =>
          encode({ type: 'thinking_delta', thinking }, thinking),
        ),
        ...(signature === '' ? [] : [encode({ type: 'signature_delta', signature }, '')]),
      ];
    }
    case 'tool_call':
      return ['', ...cutText(part.argumentsText, part.pieces ?? DEFAULT_INPUT_PIECES)].map((piece) =>
        encode({ type: 'input_json_delta', partial_json: piece }, piece),
      );
    default:
      return part satisfies never;
  }
}
