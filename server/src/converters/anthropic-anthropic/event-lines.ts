import type { Span } from './json-spans.js';

const COLON = 0x3a;
const BLANK = 0x20;
const LF = 0x0a;
const DATA = bytesOf('data');
const EVENT = bytesOf('event');

/** Events that are told apart, the most frequent one first; every other one only passes. */
const READ_NAMES = [
  'content_block_delta',
  'content_block_start',
  'content_block_stop',
  'ping',
  'message_start',
  'message_delta',
  'message_stop',
  'error',
] as const;
const READ_NAMES_BYTES = READ_NAMES.map((name) => bytesOf(name));

export type EventName = (typeof READ_NAMES)[number] | 'other';

/** One `data` line: where the line begins, and where its value stands. */
export interface DataLine extends Span {
  readonly lineStart: number;
}

/** The lines of the server-sent event that is being received, as positions in the bytes that hold it. */
export class EventLines {
  #name: Span | null = null;
  #data: DataLine[] = [];

  get data(): readonly DataLine[] {
    return this.#data;
  }

  /** Notes a line `[start, end)` without its line end; comments and other fields are of no interest. */
  read(bytes: Uint8Array, start: number, end: number): void {
    if (isField(bytes, start, end, DATA)) {
      this.#data.push({ lineStart: start, ...valueOf(bytes, start + DATA.length, end) });
    } else if (isField(bytes, start, end, EVENT)) {
      this.#name = valueOf(bytes, start + EVENT.length, end);
    }
  }

  /** What the last `event` line names; null when there is none, or an empty one. */
  name(bytes: Uint8Array): EventName | null {
    const span = this.#name;
    if (span === null || span.start === span.end) return null;
    return READ_NAMES[READ_NAMES_BYTES.findIndex((name) => equals(bytes, span, name))] ?? 'other';
  }

  /** The values of the data lines, joined by line feeds. */
  dataBytes(bytes: Uint8Array): Uint8Array {
    const [only] = this.#data;
    if (only !== undefined && this.#data.length === 1) return bytes.subarray(only.start, only.end);
    const length = this.#data.reduce((sum, line) => sum + line.end - line.start + 1, 0);
    const joined = new Uint8Array(Math.max(0, length - 1)).fill(LF);
    let at = 0;
    for (const line of this.#data) {
      joined.set(bytes.subarray(line.start, line.end), at);
      at += line.end - line.start + 1;
    }
    return joined;
  }

  /** Where a position in `dataBytes` stands in the bytes of the event. A JSON scalar never spans two lines. */
  positionOf(dataPosition: number): number {
    let rest = dataPosition;
    for (const line of this.#data) {
      const length = line.end - line.start;
      if (rest <= length) return line.start + rest;
      rest -= length + 1;
    }
    return -1;
  }

  /** The bytes moved towards the front by so many positions. */
  shift(by: number): void {
    const moved = <S extends Span>(span: S): S => ({ ...span, start: span.start - by, end: span.end - by });
    if (this.#name !== null) this.#name = moved(this.#name);
    this.#data = this.#data.map((line) => ({ ...moved(line), lineStart: line.lineStart - by }));
  }

  clear(): void {
    this.#name = null;
    if (this.#data.length > 0) this.#data = [];
  }
}

/** The same for a name that stands in the data. */
export function eventNameOf(name: string): EventName {
  return READ_NAMES.find((known) => known === name) ?? 'other';
}

function equals(bytes: Uint8Array, span: Span, text: Uint8Array): boolean {
  return span.end - span.start === text.length && isField(bytes, span.start, span.end, text);
}

function isField(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  const after = start + name.length;
  return after === end || (after < end && bytes[after] === COLON);
}

/** After the colon, without the one optional blank. */
function valueOf(bytes: Uint8Array, colon: number, end: number): Span {
  const start = Math.min(end, colon + 1);
  return { start: start < end && bytes[start] === BLANK ? start + 1 : start, end };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
