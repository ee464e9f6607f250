import type { MessagesRequest } from '@ccs/wire';
import type { AnswerContext } from '../../src/converters/anthropic-openai/answer-context.js';
import type { IdSource } from '../../src/converters/anthropic-openai/conversion.js';
import { convertRequest } from '../../src/converters/anthropic-openai/convert-request.js';
import { DEFAULT_PROFILE, type Profile } from '../../src/converters/anthropic-openai/profile.js';
import { messagesRequest, sha256Hex } from './conversions.js';

/** A profile from the keys that differ from the default; an unknown key is an error of the test's data. */
export function profileOf(options: object = {}): Profile {
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(DEFAULT_PROFILE, key));
  if (unknown.length > 0) throw new Error(`unknown profile keys: ${unknown.join(', ')}`);
  return { ...DEFAULT_PROFILE, ...options };
}

/** Ids that differ from one another and are the same in every run. */
export function countingIds(): IdSource {
  let messages = 0;
  let tools = 0;
  return {
    messageId: () => `msg_test${String(++messages).padStart(4, '0')}`,
    toolUseId: () => `toolu_fresh${++tools}`,
  };
}

/** The way back of a request, for an answer that a test writes. */
export function answerContext(request: Partial<MessagesRequest> = {}, options: object = {}): AnswerContext {
  const target = { model: 'up-model', profile: profileOf(options) };
  return {
    conversion: convertRequest(messagesRequest(request), target, sha256Hex),
    ids: countingIds(),
    inputTokensEstimate: 11,
    providerName: 'acme',
  };
}
