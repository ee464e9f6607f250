import type { SseEvent } from '@ccs/wire';
import { isRecord, type JsonRecord } from '../json-record.js';

/** A chunk of the answer, an error in words, or the end of the stream. */
export type StreamChunk = JsonRecord | string | typeof STREAM_END;

export const STREAM_END = Symbol('end of stream');

const DONE = '[DONE]';

/**
 * What the data of one event holds (specification S1): one JSON object; where that is not JSON, what each
 * data line holds; a list (Gemini's errors) its objects. A bare string is an error, and so is whatever stands
 * under `event: error`. Anything else is skipped.
 */
export function parseChunks({ event, data }: SseEvent): readonly StreamChunk[] {
  const whole = parse(data);
  const chunks = whole.length > 0 || !data.includes('\n') ? whole : data.split('\n').flatMap(parse);
  return chunks.length === 0 && event === 'error' && /\S/.test(data) ? [data] : chunks;
}

function parse(text: string): readonly StreamChunk[] {
  if (text.startsWith('[') && text.trim() === DONE) return [STREAM_END];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text.trim() === DONE ? [STREAM_END] : [];
  }
  if (isRecord(value)) return [value];
  if (Array.isArray(value)) return value.filter(isRecord);
  if (typeof value !== 'string' || !/\S/.test(value)) return [];
  return [value === DONE ? STREAM_END : value];
}
