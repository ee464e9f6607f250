import { isRecord } from './json-record.js';

/** Stop reasons that do not explain why there is no output: a refusal or a limit would. */
const UNEXPLAINED: ReadonlySet<unknown> = new Set(['end_turn', 'stop_sequence', 'tool_use', null, undefined]);

/** Whether a stop reason says nothing about why an answer has no output. */
export function isUnexplainedStop(stopReason: unknown): boolean {
  return UNEXPLAINED.has(stopReason);
}

/**
 * Whether a whole Anthropic message ended without text, thinking or tool call. Refusals and answers that ran into a
 * limit are answers; usage alone proves nothing.
 */
export function isEmptyMessage(message: {
  readonly content?: unknown;
  readonly stop_reason?: unknown;
}): boolean {
  if (!isUnexplainedStop(message.stop_reason) || !Array.isArray(message.content)) return false;
  return !message.content.some(isOutput);
}

/** Whether a content block holds something; the state that gateways and providers carry along is nothing. */
export function isOutput(block: unknown): boolean {
  if (!isRecord(block)) return false;
  switch (block['type']) {
    case 'text':
      return typeof block['text'] === 'string' && /\S/.test(block['text']);
    case 'thinking':
      return block['thinking'] !== '' || block['signature'] !== '';
    case 'redacted_thinking':
      return !(typeof block['data'] === 'string' && block['data'].startsWith('gw1_'));
    default:
      return true;
  }
}
