import type { Message } from '@ccs/wire';
import { isEmptyMessage } from '../empty-answer.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import type { StreamUsage } from '../stream-converter.js';
import { objectMembers } from './json-spans.js';
import { spliceBytes } from './splice-bytes.js';
import { UsageMeter } from './usage-meter.js';

export interface PassedAnswer {
  /** The provider's bytes with the name the client asked for. */
  readonly body: Uint8Array;
  /** The same, parsed; null: a block lacks what makes it up, so that no stream can be made of it. */
  readonly message: Message | null;
  readonly usage: StreamUsage;
  /** It has no output, and does not say why (`isEmptyMessage`). */
  readonly isEmpty: boolean;
}

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A whole answer of an Anthropic-format provider: its bytes, but for the top-level `model`, and the usage it
 * reports (specification T4). Null for anything that is not a message (HTML, an error in a 200): that is
 * converted as an error.
 */
export function rewriteAnswer(bytes: Uint8Array, requestedModel: string): PassedAnswer | null {
  const message = parseJson(bytes);
  if (!isRecord(message) || message['type'] === 'error' || !Array.isArray(message['content'])) return null;
  const meter = new UsageMeter();
  meter.read(message['usage']);
  const model = objectMembers(bytes)?.findLast((member) => member.name === 'model');
  const edits =
    model === undefined || message['model'] === requestedModel
      ? []
      : [{ start: model.start, end: model.end, bytes: utf8.encode(JSON.stringify(requestedModel)) }];
  return {
    body: spliceBytes(bytes, edits),
    message: message['content'].every(hasItsField) ? asMessage({ ...message, model: requestedModel }) : null,
    usage: meter.usage,
    isEmpty: isEmptyMessage(message),
  };
}

/** Blocks of other types are passed on unseen. */
function hasItsField(block: unknown): boolean {
  if (!isRecord(block)) return false;
  switch (block['type']) {
    case 'text':
      return typeof block['text'] === 'string';
    case 'thinking':
      return typeof block['thinking'] === 'string' && typeof block['signature'] === 'string';
    case 'tool_use':
      return isRecord(block['input']);
    default:
      return typeof block['type'] === 'string';
  }
}

/** What is looked at of it has been checked; the rest goes on as it is. */
function asMessage(record: JsonRecord): Message {
  return record as unknown as Message;
}

/** The provider's usage in a count_tokens answer; null when it is not one. */
export function readCountedTokens(bytes: Uint8Array): number | null {
  const answer = parseJson(bytes);
  const tokens = isRecord(answer) ? answer['input_tokens'] : undefined;
  return Number.isSafeInteger(tokens) && Number(tokens) >= 0 ? Number(tokens) : null;
}

/**
 * Whether an error answer goes to the client as it is: an Anthropic error body does, with its status and its
 * `passThroughResponseHeaders` (specification T6). A 401 or 403 is the gateway's own credential failing and is
 * converted (E1), as is everything else.
 */
export function passesAsError(status: number, bytes: Uint8Array): boolean {
  if (status < 400 || status === 401 || status === 403) return false;
  return isAnthropicError(parseJson(bytes));
}

/** Whether a parsed body is an error in Anthropic's envelope. */
export function isAnthropicError(body: unknown): boolean {
  if (!isRecord(body) || body['type'] !== 'error' || !isRecord(body['error'])) return false;
  return typeof body['error']['type'] === 'string' && typeof body['error']['message'] === 'string';
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
