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
} from './read-choice.js';

/** A chunk that holds one piece of text or of reasoning and nothing else. */
export interface TextFrame {
  readonly kind: 'text' | 'thinking';
  readonly text: string;
}

interface Template {
  readonly kind: TextFrame['kind'];
  readonly prefix: string;
  readonly suffix: string;
}

const FIELDS = ['"content":"', '"content": "', '"reasoning_content":"', '"reasoning":"', '"reasoning": "'];
/** Stands for the text while a template is checked; no provider's frame holds it by chance. */
const PROBE = 'probe:1f9e7c52';
/** Providers whose frames all differ (OpenAI's `obfuscation`) are not worth learning from. */
const MAX_LESSONS = 6;

/**
 * Reads the frames that make up most of a stream without parsing their JSON: such frames differ from one
 * another in one string only. What surrounds it is learnt from a parsed frame, and a frame that has the very
 * same around a valid JSON string is that frame with another text. Everything else is left to the parser.
 * One per stream.
 */
export class TextFrames {
  #template: Template | null = null;
  #lessonsLeft = MAX_LESSONS;

  /** Null for a frame that is not known to be one of text. */
  read({ event, data }: SseEvent): TextFrame | null {
    const template = this.#template;
    if (template === null || event === 'error') return null;
    const { prefix, suffix } = template;
    const end = data.length - suffix.length;
    // Slices and ===, which compares words: V8's startsWith compares characters, at ten times the cost.
    if (end < prefix.length || data.slice(0, prefix.length) !== prefix || data.slice(end) !== suffix)
      return null;
    const text = readString(data.slice(prefix.length, end));
    return text === null ? null : { kind: template.kind, text };
  }

  /** A frame that `read` did not know, after it was parsed: the next ones may be like it. */
  learn(data: string, chunk: JsonRecord): void {
    if (this.#lessonsLeft === 0 || kindOf(chunk, null) === null) return;
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

function templateOf(data: string): Template | null {
  for (const field of FIELDS) {
    const start = data.indexOf(field) + field.length;
    if (start < field.length) continue;
    const end = endOfString(data, start);
    const prefix = data.slice(0, start);
    const suffix = data.slice(end);
    const kind = kindOf(parse(prefix + PROBE + suffix), PROBE);
    if (kind !== null) return { kind, prefix, suffix };
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

/** What the chunk is a piece of, if it holds that and nothing else; `text` null stands for any text. */
function kindOf(chunk: unknown, text: string | null): TextFrame['kind'] | null {
  if (!isRecord(chunk) || isErrorBody(chunk)) return null;
  const choice = chunkChoiceOf(chunk);
  if (choice === null || isErrorBody(choice) || usageOf(chunk, choice) !== null) return null;
  if (SAYS_MORE.some((key) => choice[key] !== undefined && choice[key] !== null && choice[key] !== ''))
    return null;
  const delta = messageOf(choice, 'delta');
  if (readToolCalls(delta).length > 0 || readReasoningDetails(delta).length > 0) return null;
  const reasoning = readReasoning(delta);
  const [piece, ...others] = readContent(delta);
  if (piece === undefined) return reasoning !== '' && reasoning === (text ?? reasoning) ? 'thinking' : null;
  if (reasoning !== '' || others.length > 0 || piece.kind !== 'text') return null;
  return piece.text === (text ?? piece.text) ? 'text' : null;
}

const SAYS_MORE = ['finish_reason', 'stop_reason', 'matched_stop'];
