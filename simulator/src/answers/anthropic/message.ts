import type { ContentBlock } from '@ccs/wire';
import { isRecord } from '../../scripts/value-reader.js';
import type { MessagePart, ScriptedMessage } from '../scripted-message.js';
import { anthropicStopReason, encodeAnthropicUsage } from './usage.js';

/** Of thinking blocks whose script gives none; opaque to clients. */
export const DEFAULT_SIGNATURE = 'EqoBCkgIARABGAIiQHNpbXVsYXRvciBzaWduYXR1cmU=';

/** The body of a call without `stream`. */
export function encodeAnthropicMessage(message: ScriptedMessage): Record<string, unknown> {
  return {
    id: message.id,
    type: 'message',
    role: 'assistant',
    model: message.model,
    content: message.content.map(encodeBlock),
    stop_reason: anthropicStopReason(message.finish),
    stop_sequence: null,
    ...(message.usage !== null && { usage: encodeAnthropicUsage(message.usage) }),
  };
}

function encodeBlock(part: MessagePart): ContentBlock {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text.repeat(part.repeat ?? 1) };
    case 'reasoning':
      return { type: 'thinking', thinking: part.text, signature: part.signature ?? DEFAULT_SIGNATURE };
    case 'tool_call':
      return { type: 'tool_use', id: part.id, name: part.name, input: parseInput(part.argumentsText) };
    default:
      return part satisfies never;
  }
}

/** Arguments that are no JSON object cannot be said in a whole Anthropic message: they become `{}`. */
function parseInput(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
