import type { ChatCompletionRequest, MessagesRequest } from '@ccs/wire';
import { isRecord, setOwn } from '../json-record.js';
import { ConversionContext } from './conversion-context.js';
import type { Conversion, ConversionTarget, Sha256Hex } from './conversion.js';
import { convertMessages } from './convert-messages.js';
import { convertOptions, refuseUnservable, stopSequencesOf } from './convert-options.js';
import { convertOutputFormat } from './convert-output-format.js';
import { convertSystem } from './convert-system.js';
import { convertThinking, isThinkingDisabled } from './convert-thinking.js';
import { convertTools } from './convert-tools.js';

/**
 * Converts `POST /v1/messages` into `POST …/chat/completions` (specification R1–R7). Pure: the same request
 * and target give the same bytes, key order included, and the request is neither changed nor kept hold of in
 * a way that a later change of the result could reach. Time is linear in the size of the request. Encode
 * the body with `stringifyJson`, which takes any depth.
 *
 * @throws InvalidRequestError, its message beginning with the path, for what cannot be served without the
 *   client noticing; also for a request that was never validated
 */
export function convertRequest(
  request: MessagesRequest,
  target: ConversionTarget,
  sha256Hex: Sha256Hex,
): Conversion {
  const { profile } = target;
  refuseUnservable(request);
  const context = new ConversionContext(profile, sha256Hex);
  const thinking = convertThinking(request, profile, context.losses);
  const format = convertOutputFormat(request, profile, context.losses);
  const system = convertSystem(request.system, format.instruction, context);
  const { messages, endsOnPrefill } = convertMessages(
    Array.isArray(request.messages) ? request.messages : [],
    thinking.state,
    context,
  );
  const tools = convertTools(request, context);

  const body: ChatCompletionRequest = {
    model: target.model,
    messages: system === null ? messages : [system, ...messages],
  };
  convertOptions(request, context, body);
  Object.assign(body, tools.fields, thinking.fields);
  if (format.responseFormat !== null) body.response_format = format.responseFormat;
  if (endsOnPrefill && profile.prefill === 'continue_final_message') {
    body['continue_final_message'] = true;
    body['add_generation_prompt'] = false;
  }
  if (isRecord(profile.extra_body)) {
    for (const [key, value] of Object.entries(profile.extra_body)) setOwn(body, key, value);
  }
  return {
    body,
    profile,
    requestedModel: typeof request.model === 'string' ? request.model : '',
    thinkingHidden: isThinkingDisabled(request),
    toolNames: tools.names,
    usedToolIds: context.usedToolIds,
    stopSequences: stopSequencesOf(request),
    losses: context.losses.toArray(),
    base64Length: context.base64Length,
  };
}
