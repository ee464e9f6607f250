import { isRecord, type JsonRecord } from '../json-record.js';
import { stringifyJson } from '../stringify-json.js';

const NOTHING: JsonRecord = {};

/** The choice that counts in a whole answer: the one with index 0, else the first. */
export function wholeChoiceOf(body: JsonRecord): JsonRecord | null {
  const choices: readonly unknown[] = Array.isArray(body['choices']) ? body['choices'] : [];
  const records = choices.filter(isRecord);
  return records.find((choice) => choice['index'] === 0) ?? records[0] ?? null;
}

/** The choice that counts in a chunk: index 0, or without an index; others are nothing (S3). */
export function chunkChoiceOf(body: JsonRecord): JsonRecord | null {
  const choices: unknown = body['choices'];
  if (!Array.isArray(choices)) return null;
  for (const choice of choices) {
    if (isRecord(choice) && (typeof choice['index'] !== 'number' || choice['index'] === 0)) return choice;
  }
  return null;
}

/** The message of a whole answer, or the delta of a chunk; each stands in for the other (S1). */
export function messageOf(choice: JsonRecord, own: 'message' | 'delta'): JsonRecord {
  const other = own === 'message' ? 'delta' : 'message';
  if (isRecord(choice[own])) return choice[own];
  return isRecord(choice[other]) ? choice[other] : NOTHING;
}

/**
 * The reasoning in a message or delta (P2): the first that is not empty of `reasoning_content`, `reasoning`
 * and the texts of `reasoning_details`; providers mirror the same text in several.
 */
export function readReasoning(message: JsonRecord): string {
  for (const text of [message['reasoning_content'], message['reasoning']]) {
    if (typeof text === 'string' && text !== '') return text;
  }
  return readReasoningDetails(message)
    .map((detail) => {
      const text = isRecord(detail) ? [detail['text'], detail['summary']].find(isText) : undefined;
      return text ?? '';
    })
    .join('');
}

export function readReasoningDetails(message: JsonRecord): readonly unknown[] {
  const details: unknown = message['reasoning_details'];
  return Array.isArray(details) ? details : [];
}

/** A piece of an answer's prose, in the order in which the provider put them. */
export interface ContentPiece {
  readonly kind: 'text' | 'thinking' | 'refusal';
  readonly text: string;
}

/** The pieces of `content`, a string or an array of parts (Mistral), then the `refusal`. None is empty. */
export function readContent(message: JsonRecord): readonly ContentPiece[] {
  const content: unknown = message['content'];
  const pieces: ContentPiece[] = [];
  if (typeof content === 'string') pieces.push({ kind: 'text', text: content });
  else if (Array.isArray(content)) for (const part of content) pieces.push(readPart(part));
  else if (isRecord(content)) pieces.push(readPart(content));
  if (isText(message['refusal'])) pieces.push({ kind: 'refusal', text: message['refusal'] });
  return pieces.filter((piece) => piece.text !== '');
}

function readPart(part: unknown): ContentPiece {
  if (typeof part === 'string') return { kind: 'text', text: part };
  if (!isRecord(part)) return { kind: 'text', text: '' };
  if (part['type'] === 'thinking' || part['type'] === 'reasoning') {
    return { kind: 'thinking', text: textOf(part['thinking'] ?? part['text']) };
  }
  if (part['type'] === 'refusal') return { kind: 'refusal', text: textOf(part['refusal']) };
  return { kind: 'text', text: textOf(part['text']) };
}

/** A string, or a list of parts that have a `text` each. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value
    .map((part: unknown) => (typeof part === 'string' ? part : isRecord(part) ? part['text'] : ''))
    .filter(isText)
    .join('');
}

/** One entry of `tool_calls`, whole or a piece of one. */
export interface ToolCallPiece {
  readonly id: string | null;
  /** What the provider numbers the call with; the legacy `function_call` has a number of its own. */
  readonly index: number | string | null;
  readonly name: string | null;
  /** As it came: a string, an object, or nothing. */
  readonly arguments: unknown;
  readonly extraContent: JsonRecord | null;
}

const LEGACY_INDEX = 'function_call';

/**
 * The tool calls of a message or delta, without those that say nothing; the legacy `function_call` only where
 * there are none (P3).
 */
export function readToolCalls(message: JsonRecord): readonly ToolCallPiece[] {
  const pieces: ToolCallPiece[] = [];
  const calls: unknown = message['tool_calls'];
  if (Array.isArray(calls)) {
    for (const call of calls) if (isRecord(call)) addToolCall(pieces, call);
  }
  const legacy: unknown = message['function_call'];
  if (pieces.length === 0 && isRecord(legacy)) addToolCall(pieces, { function: legacy, index: LEGACY_INDEX });
  return pieces;
}

function addToolCall(pieces: ToolCallPiece[], call: JsonRecord): void {
  const called = isRecord(call['function']) ? call['function'] : call;
  const { id, index, extra_content: extraContent } = call;
  const { name, arguments: args } = called;
  const piece: ToolCallPiece = {
    id: isText(id) ? id : null,
    index: typeof index === 'number' || isText(index) ? index : null,
    name: isText(name) ? name : null,
    arguments: args,
    extraContent: isRecord(extraContent) ? extraContent : null,
  };
  const hasArguments = args !== '' && args !== undefined && args !== null;
  if (hasArguments || piece.id !== null || piece.name !== null || piece.extraContent !== null)
    pieces.push(piece);
}

/** Arguments as text to be appended to what came before; '' when there are none. */
export function argumentText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : stringifyJson(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
