import type { Span } from './json-spans.js';

/** Replaces a span of bytes by others; no bytes at all delete it. */
export interface Edit extends Span {
  readonly bytes: Uint8Array;
}

/** A copy of `source` with the edits made; they must not overlap. Without edits it is `source` itself. */
export function spliceBytes(source: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return source;
  const ordered = edits.toSorted((a, b) => a.start - b.start);
  const growth = ordered.reduce((sum, edit) => sum + edit.bytes.length - (edit.end - edit.start), 0);
  const result = new Uint8Array(source.length + growth);
  let from = 0;
  let to = 0;
  for (const edit of ordered) {
    result.set(source.subarray(from, edit.start), to);
    to += edit.start - from;
    result.set(edit.bytes, to);
    to += edit.bytes.length;
    from = edit.end;
  }
  result.set(source.subarray(from), to);
  return result;
}

const NOTHING = new Uint8Array(0);

/** Edits that delete elements of a JSON array, given all of its elements, with the commas that go with them. */
export function deleteElements(elements: readonly Span[], isDeleted: (index: number) => boolean): Edit[] {
  const edits: Edit[] = [];
  let lastKeptEnd: number | null = null;
  let pending: number | null = null;
  for (const [index, element] of elements.entries()) {
    if (isDeleted(index)) {
      pending ??= element.start;
      continue;
    }
    if (pending !== null) edits.push({ start: pending, end: element.start, bytes: NOTHING });
    pending = null;
    lastKeptEnd = element.end;
  }
  const last = elements.at(-1);
  if (pending !== null && last !== undefined) {
    // A deleted tail takes the comma before it along.
    edits.push({ start: lastKeptEnd ?? pending, end: last.end, bytes: NOTHING });
  }
  return edits;
}

/** All of them in a row; the only one as it is. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only === undefined) return new Uint8Array(0);
  if (pieces.length === 1) return only;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

const LF = 0x0a;
const CR = 0x0d;

/** Finds the next line end from a position on; -1 when there is none. Few providers send carriage returns. */
export function lineEndFinder(bytes: Uint8Array, start: number): (from: number) => number {
  if (bytes.indexOf(CR, start) < 0) return (from) => bytes.indexOf(LF, from);
  return (from) => {
    for (let at = from; at < bytes.length; at++) if (bytes[at] === LF || bytes[at] === CR) return at;
    return -1;
  };
}
