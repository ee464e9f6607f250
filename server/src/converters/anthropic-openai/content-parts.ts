import type { ChatContentPart } from '@ccs/wire';
import { isRecord, type JsonRecord } from '../json-record.js';
import { SEPARATOR } from './conversion-context.js';
import type { Profile } from './profile.js';

export type TextPart = Extract<ChatContentPart, { type: 'text' }>;

export function textPart(text: string, cacheControl?: unknown): TextPart {
  return cacheControl === undefined
    ? { type: 'text', text }
    : { type: 'text', text, cache_control: cacheControl };
}

export function isTextPart(part: ChatContentPart): part is TextPart {
  return part.type === 'text';
}

/** The last `cache_control` of some parts: where a merged text ends, the client's cache mark is (R7). */
export function lastCacheControl(parts: readonly ChatContentPart[]): unknown {
  return parts.findLast((part) => part.cache_control !== undefined)?.cache_control;
}

/** Texts that carry a cache mark stay parts, others become one string (R1.6, R7). */
export function joinTexts(parts: readonly TextPart[]): string | ChatContentPart[] {
  if (parts.some((part) => part.cache_control !== undefined)) return [...parts];
  return parts.map((part) => part.text).join(SEPARATOR);
}

/** The content of a user message: a lone text is a string, everything else stays parts (R3.1, R7). */
export function userContent(parts: readonly ChatContentPart[], profile: Profile): string | ChatContentPart[] {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text' && first.cache_control === undefined) return first.text;
  if (profile.text_parts === 'parts' || !parts.every(isTextPart)) return [...parts];
  const text = parts.map((part) => part.text).join(SEPARATOR);
  const cacheControl = lastCacheControl(parts);
  return cacheControl === undefined ? text : [textPart(text, cacheControl)];
}

/** Whether a value that came as JSON can be a text at all; empty ones count as nothing (R2.1). */
export function nonEmptyText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The texts of the given members that are non-empty strings, in this order. */
export function textsOf(record: JsonRecord, ...keys: readonly string[]): string[] {
  return keys.map((key) => nonEmptyText(record[key])).filter((text) => text !== null);
}

/** The `text` of the given blocks, as one text. */
export function joinBlockTexts(blocks: readonly unknown[]): string {
  return blocks.flatMap((block) => (isRecord(block) ? textsOf(block, 'text') : [])).join(SEPARATOR);
}
