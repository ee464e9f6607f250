import type { MessageParam, MessagesRequest } from '@ccs/wire';
import { stringifyJson } from '../converters/stringify-json.js';
import type { AnswerSink } from '../http/answer-writer.js';
import { CallRequest } from './call-request.js';
import type { MessageCall } from './message-call.js';

/**
 * The call once more, for a target that goes on from the text the client already has (assistant prefill). Trailing
 * white space is left out of it: Anthropic refuses it, and elsewhere it makes tokens no model has seen.
 */
export function continuedCall(call: MessageCall, answer: AnswerSink, text: string): MessageCall {
  const prefill = text.trimEnd();
  const { thinking, ...rest } = call.request.parsed;
  const request: MessagesRequest = {
    ...rest,
    // A text that goes on has no room for thoughts, and providers refuse a prefill beside them.
    ...(thinking === undefined ? {} : { thinking: { type: 'disabled' as const } }),
    messages: prefill === '' ? rest.messages : withPrefill(rest.messages, prefill),
  };
  const continued = new CallRequest(request, Buffer.from(stringifyJson(request)));
  // What goes on has been committed from the start: where this target fails too, another one is asked the same.
  continued.keep();
  return { ...call, request: continued, answer };
}

/** A prefill of the client's own is the beginning of the same text. */
function withPrefill(messages: readonly MessageParam[], prefill: string): MessageParam[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return [...messages, { role: 'assistant', content: prefill }];
  const content =
    typeof last.content === 'string'
      ? last.content + prefill
      : [...last.content, { type: 'text' as const, text: prefill }];
  return [...messages.slice(0, -1), { ...last, content }];
}
