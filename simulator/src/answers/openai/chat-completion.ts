import type { ChatCompletion, ChatToolCall } from '@ccs/wire';
import type { MessagePart, ScriptedMessage } from '../scripted-message.js';
import { encodeOpenAiUsage, openAiFinishReason } from './usage.js';

/** The body of a call without `stream`. */
export function encodeChatCompletion(message: ScriptedMessage): ChatCompletion {
  return {
    id: message.id,
    object: 'chat.completion',
    created: message.created,
    model: message.model,
    choices: [
      {
        index: 0,
        message: encodeAnswer(message),
        logprobs: null,
        finish_reason: openAiFinishReason(message.finish),
      },
    ],
    ...(message.usage !== null && { usage: encodeOpenAiUsage(message.usage) }),
  };
}

function encodeAnswer(message: ScriptedMessage): Record<string, unknown> {
  const text = joinText(message.content);
  const refused = message.finish === 'refusal';
  const calls = message.content.flatMap((part): ChatToolCall[] =>
    part.type === 'tool_call'
      ? [{ id: part.id, type: 'function', function: { name: part.name, arguments: part.argumentsText } }]
      : [],
  );
  return {
    role: 'assistant',
    content: refused || (text === '' && calls.length > 0) ? null : text,
    refusal: refused ? text : null,
    ...joinReasoning(message.content),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function joinText(content: readonly MessagePart[]): string {
  return content
    .map((part) => {
      if (part.type === 'text') return part.text.repeat(part.repeat ?? 1);
      return part.type === 'reasoning' && part.field === 'think_tags' ? thinkTags(part.text) : '';
    })
    .join('');
}

function joinReasoning(content: readonly MessagePart[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const part of content) {
    if (part.type !== 'reasoning' || part.field === 'think_tags') continue;
    const field = part.field ?? 'reasoning_content';
    fields[field] = (fields[field] ?? '') + part.text;
  }
  return fields;
}

/** As models write it that have no reasoning field. */
export function thinkTags(text: string): string {
  return `<think>\n${text}\n</think>\n\n`;
}
