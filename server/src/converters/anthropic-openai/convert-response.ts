import type { ContentBlock, Message, MessageStreamEvent, Usage } from '@ccs/wire';
import { isRecord } from '../json-record.js';
import { stringifyJson } from '../stringify-json.js';
import type { AnswerContext } from './answer-context.js';
import { ContentBuilder } from './content-builder.js';
import { brokenAnswer, convertErrorInBody } from './convert-error.js';
import { convertUsage, usageOf } from './convert-usage.js';
import { OutputEstimate } from './estimate-tokens.js';
import { isErrorBody } from './find-error.js';
import { finishError } from './finish-error.js';
import { isStopReason, mapFinishReason, mapStopReason, namedStopSequence } from './map-stop-reason.js';
import { messageToEvents } from '../message-to-events.js';
import { messageOf, wholeChoiceOf } from './read-choice.js';

/** A converted plain answer. */
export interface ConvertedResponse {
  readonly message: Message;
  /** False when the provider reported no usage, and the message has estimates. */
  readonly usageReported: boolean;
}

/**
 * A whole Chat Completion as an Anthropic message (specification P1–P8).
 *
 * @param body the 200 body: parsed JSON, or its text where it is none
 * @throws UpstreamError when the body is an error or no answer at all, or a tool call has no name
 */
export function convertResponse(body: unknown, context: AnswerContext): ConvertedResponse {
  const { conversion, providerName } = context;
  const root: unknown = Array.isArray(body) ? body[0] : body;
  if (!isRecord(root)) throw brokenAnswer(providerName, 'sent an answer that is not JSON');
  if (isErrorBody(root)) throw convertErrorInBody(root, providerName);
  const choice = wholeChoiceOf(root);
  if (choice === null) throw brokenAnswer(providerName, 'sent an answer without choices');
  const finish = mapFinishReason(choice['finish_reason']);
  const error = finishError(choice, finish, providerName);
  if (error !== null) throw error;

  const builder = new ContentBuilder(context);
  builder.add(messageOf(choice, 'message'));
  const content = builder.build();
  const stop = mapStopReason({
    finish: isStopReason(finish) ? finish : null,
    hasToolCalls: content.some((block) => block.type === 'tool_use'),
    hasRefusalText: builder.refused,
    stopSequence: namedStopSequence(choice, conversion.stopSequences),
  });
  const reported = usageOf(root, choice);
  const estimate = estimateUsage(content, context.inputTokensEstimate);
  const usage = reported === null ? estimate : convertUsage(reported, estimate);
  return {
    message: {
      id: context.ids.messageId(),
      type: 'message',
      role: 'assistant',
      model: conversion.requestedModel,
      content,
      stop_reason: stop.stop_reason,
      stop_sequence: stop.stop_sequence,
      usage,
    },
    usageReported: reported !== null,
  };
}

/** A whole answer to a client that asked for a stream (specification S1), as the events of one. */
export function convertResponseToEvents(
  body: unknown,
  context: AnswerContext,
): ConvertedResponse & { readonly events: MessageStreamEvent[] } {
  const converted = convertResponse(body, context);
  return { ...converted, events: messageToEvents(converted.message) };
}

function estimateUsage(content: readonly ContentBlock[], inputTokensEstimate: number): Usage {
  const output = new OutputEstimate();
  for (const block of content) {
    if (block.type === 'text') output.add(block.text);
    else if (block.type === 'thinking') output.add(block.thinking);
    else if (block.type === 'tool_use') output.add(block.name + stringifyJson(block.input));
  }
  return {
    input_tokens: inputTokensEstimate,
    output_tokens: output.tokens,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
}
