import type { SseEvent } from '@ccs/wire';
import { isRecord, type JsonRecord } from '../json-record.js';
import { usageOf } from './convert-usage.js';
import { isErrorBody } from './find-error.js';
import {
  chunkChoiceOf,
  messageOf,
  readContent,
  readReasoning,
  readReasoningDetails,
  readToolCalls,
  type ToolCallPiece,
} from './read-choice.js';

/** A chunk that holds one piece of text, of reasoning or of a tool call's arguments, and nothing else. */
export type KnownFrame =
  | { readonly kind: 'text' | 'thinking'; readonly text: string }
  | { readonly kind: 'arguments'; readonly call: ToolCallPiece };

/** How such a chunk looks around its text, and what stands there for the text. */
interface Template {
  readonly frame: KnownFrame;
  readonly prefix: string;
  readonly suffix: string;
}

const FIELDS = ['content', 'reasoning_content', 'reasoning', 'arguments'].flatMap((name) => [
  `"${name}":"`,
  `"${name}": "`,
]);
/** Stands for the text while a template is checked; no provider's frame holds it by chance. */
const PROBE = 'probe:1f9e7c52';
/** Providers whose frames all differ (OpenAI's `obfuscation`) are not worth learning from. */
const MAX_USELESS_LESSONS = 6;

/**
 * Reads the frames that make up most of a stream without parsing their JSON: such frames differ from one
 * another in one string only. What surrounds it is learnt from a parsed frame, and a frame that has the very
 * same around a valid JSON string is that frame with another text. Everything else is left to the parser.
 * One per stream.
 */
export class KnownFrames {
  #template: Template | null = null;
  #lessonsLeft = MAX_USELESS_LESSONS;

  /** Null for a frame that is not like the one last learnt. */
  read({ event, data }: SseEvent): KnownFrame | null {
    const template = this.#template;
    if (template === null || event === 'error') return null;
    const { prefix, suffix, frame } = template;
    const end = data.length - suffix.length;
    // Slices and ===, which compares words: V8's startsWith compares characters, at ten times the cost.
    if (end < prefix.length || data.slice(0, prefix.length) !== prefix || data.slice(end) !== suffix)
      return null;
    const text = readString(data.slice(prefix.length, end));
    if (text === null || text === '') return null;
    this.#lessonsLeft = MAX_USELESS_LESSONS;
    return frame.kind === 'arguments'
      ? { kind: 'arguments', call: { ...frame.call, arguments: text } }
      : { kind: frame.kind, text };
  }

  /** A frame that `read` did not know, after it was parsed: the next ones may be like it. */
  learn(data: string, chunk: JsonRecord): void {
    if (this.#lessonsLeft === 0 || frameOf(chunk) === null) return;
    this.#lessonsLeft--;
    this.#template = templateOf(data);
  }
}

/** The text a JSON string stands for, given what is between its quotes; null when that is not valid there. */
function readString(between: string): string | null {
  if (!/["\\\p{Cc}]/u.test(between)) return between;
  try {
    const value: unknown = JSON.parse(`"${between}"`);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

/** The data around each string that may be the text, until the probe in its place is found to be just that. */
function templateOf(data: string): Template | null {
  for (const field of FIELDS) {
    const start = data.indexOf(field) + field.length;
    if (start < field.length) continue;
    const prefix = data.slice(0, start);
    const suffix = data.slice(endOfString(data, start));
    const frame = frameOf(parse(prefix + PROBE + suffix));
    if (frame !== null && textOf(frame) === PROBE) return { frame, prefix, suffix };
  }
  return null;
}

/** Where the quote stands that ends the string. */
function endOfString(data: string, start: number): number {
  let at = start;
  while (at < data.length && data.charAt(at) !== '"') at += data.charAt(at) === '\\' ? 2 : 1;
  return at;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function textOf(frame: KnownFrame): unknown {
  return frame.kind === 'arguments' ? frame.call.arguments : frame.text;
}

/** What the chunk is a piece of, if it holds that and nothing else. */
function frameOf(chunk: unknown): KnownFrame | null {
  if (!isRecord(chunk) || isErrorBody(chunk)) return null;
  const choice = chunkChoiceOf(chunk);
  if (choice === null || isErrorBody(choice) || usageOf(chunk, choice) !== null) return null;
  if (ENDINGS.some((key) => choice[key] !== undefined && choice[key] !== null && choice[key] !== ''))
    return null;
  const delta = messageOf(choice, 'delta');
  if (readReasoningDetails(delta).length > 0) return null;
  const reasoning = readReasoning(delta);
  const frames: KnownFrame[] = reasoning === '' ? [] : [{ kind: 'thinking', text: reasoning }];
  for (const { kind, text } of readContent(delta)) {
    if (kind === 'refusal') return null;
    frames.push({ kind, text });
  }
  for (const call of readToolCalls(delta)) frames.push({ kind: 'arguments', call });
  return frames.length === 1 ? (frames[0] ?? null) : null;
}

/** A choice that says one of these says more than a text. */
const ENDINGS = ['finish_reason', 'stop_reason', 'matched_stop'];
