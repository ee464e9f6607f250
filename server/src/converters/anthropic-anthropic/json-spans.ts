/** Where a JSON value stands in bytes: `[start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A member of a JSON object: its name, unescaped, and where its value stands. */
export interface Member extends Span {
  readonly name: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Strings longer than this are searched for their end by the engine's own byte search. */
const SHORT_STRING = 32;

const decoder = new TextDecoder();

/**
 * The members of the object that begins at or after `start`, in order, doubles included; null when there is
 * no well-formed object. Looks into values only to find their end, and never recurses.
 */
export function objectMembers(bytes: Uint8Array, start = 0): Member[] | null {
  let at = skipBlank(bytes, start);
  if (bytes[at] !== OPEN_BRACE) return null;
  const members: Member[] = [];
  at = skipBlank(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) return members;
  for (;;) {
    if (bytes[at] !== QUOTE) return null;
    const nameEnd = skipString(bytes, at);
    const colon = nameEnd < 0 ? -1 : skipBlank(bytes, nameEnd);
    if (colon < 0 || bytes[colon] !== COLON) return null;
    const name = decodeName(bytes, at, nameEnd);
    const valueStart = skipBlank(bytes, colon + 1);
    const valueEnd = skipValue(bytes, valueStart);
    if (name === null || valueEnd < 0) return null;
    members.push({ name, start: valueStart, end: valueEnd });
    at = skipBlank(bytes, valueEnd);
    if (bytes[at] === CLOSE_BRACE) return members;
    if (bytes[at] !== COMMA) return null;
    at = skipBlank(bytes, at + 1);
  }
}

/** The elements of the array that begins at or after `start`; null when there is no well-formed array. */
export function arrayElements(bytes: Uint8Array, start: number): Span[] | null {
  let at = skipBlank(bytes, start);
  if (bytes[at] !== OPEN_BRACKET) return null;
  const elements: Span[] = [];
  at = skipBlank(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACKET) return elements;
  for (;;) {
    const end = skipValue(bytes, at);
    if (end < 0) return null;
    elements.push({ start: at, end });
    at = skipBlank(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return elements;
    if (bytes[at] !== COMMA) return null;
    at = skipBlank(bytes, at + 1);
  }
}

function skipBlank(bytes: Uint8Array, start: number): number {
  let at = start;
  for (
    let byte = bytes[at];
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
    byte = bytes[at]
  )
    at++;
  return at;
}

/** Position after the value that begins at `start`; -1 when it does not end. */
function skipValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return skipString(bytes, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(bytes, start);
  let at = start;
  while (at < bytes.length && !endsScalar(bytes[at])) at++;
  return at === start ? -1 : at;
}

function endsScalar(byte: number | undefined): boolean {
  return (
    byte === COMMA ||
    byte === CLOSE_BRACE ||
    byte === CLOSE_BRACKET ||
    byte === 0x20 ||
    byte === 0x0a ||
    byte === 0x0d ||
    byte === 0x09
  );
}

function skipContainer(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipString(bytes, at) - 1;
      if (at < 0) return -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
    } else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) {
      return at + 1;
    }
  }
  return -1;
}

/** Position after the closing quote of the string that opens at `start`; -1 when it does not close. */
function skipString(bytes: Uint8Array, start: number): number {
  const shortEnd = Math.min(bytes.length, start + SHORT_STRING);
  let at = start + 1;
  while (at < shortEnd) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) return -1;
    let backslashes = 0;
    while (quote - backslashes > at && bytes[quote - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function decodeName(bytes: Uint8Array, start: number, end: number): string | null {
  const text = decoder.decode(bytes.subarray(start + 1, end - 1));
  if (!text.includes('\\')) return text;
  try {
    const name: unknown = JSON.parse(`"${text}"`);
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
}
