import { createHash } from 'node:crypto';
import type { ChatMessage, MessagesRequest } from '@ccs/wire';
import type { Conversion } from '../../src/converters/anthropic-openai/conversion.js';
import { convertRequest } from '../../src/converters/anthropic-openai/convert-request.js';
import { DEFAULT_PROFILE, type Profile } from '../../src/converters/anthropic-openai/profile.js';
import { validateMessagesRequest } from '../../src/converters/anthropic-openai/validate-request.js';

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A valid request; the overrides are JSON as a client sends it, right or wrong. */
export function messagesRequest(overrides: Record<string, unknown> = {}): MessagesRequest {
  return {
    model: 'claude-sonnet-5',
    max_tokens: 1024,
    messages: [{ role: 'user', content: 'Hi' }],
    ...overrides,
  };
}

/** Validates and converts a request, as the handler does. */
export function convert(overrides: Record<string, unknown> = {}, options: Partial<Profile> = {}): Conversion {
  const request = validateMessagesRequest(messagesRequest(overrides));
  return convertRequest(
    request,
    { model: 'up-model', profile: { ...DEFAULT_PROFILE, ...options } },
    sha256Hex,
  );
}

/** The converted messages of a conversation. */
export function convertConversation(
  messages: readonly unknown[],
  options: Partial<Profile> = {},
): readonly ChatMessage[] {
  return convert({ messages }, options).body.messages;
}

/** What was lost, as codes. */
export function lossCodes(conversion: Conversion): string[] {
  return conversion.losses.map((loss) => loss.code);
}

/** The message of the error that something throws; fails when it throws none. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export const user = (...content: readonly unknown[]): unknown => ({ role: 'user', content });
export const assistant = (...content: readonly unknown[]): unknown => ({ role: 'assistant', content });
export const system = (...content: readonly unknown[]): unknown => ({ role: 'system', content });
export const text = (value: string, more: object = {}): unknown => ({ type: 'text', text: value, ...more });
export const toolUse = (id: string, name = 'f', input: unknown = {}): unknown => ({
  type: 'tool_use',
  id,
  name,
  input,
});
export const toolResult = (id: string, content?: unknown, more: object = {}): unknown => ({
  type: 'tool_result',
  tool_use_id: id,
  ...(content === undefined ? {} : { content }),
  ...more,
});
export const thinking = (value: string, signature = 'real-signature'): unknown => ({
  type: 'thinking',
  thinking: value,
  signature,
});
export const png = (data = 'iVBORw0KGgo='): unknown => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data },
});
