import type { Frame, Reply } from '../answers/reply.js';
import type { Delivery, Fault, ScriptedUsage } from '../scripts/script.js';
import { compressFrames } from './compress-frames.js';
import { applyFrameFault } from './frame-faults.js';

/** An answer as it will travel: worked out once, so that sending it is only writing. */
export interface DeliveryPlan {
  readonly status: number;
  /** `null`: no head; the writes go straight onto the socket (or nothing is sent at all). */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly writes: readonly PlannedWrite[];
  /** `eof` ends the body as HTTP wants it. */
  readonly end: Reply['end'];
  /** Gate names by the number of writes sent before the wait. */
  readonly gates: ReadonlyMap<number, readonly string[]>;
  readonly delays: Delays;
  readonly closesSocket: boolean;
  readonly usage: ScriptedUsage | null;
}

export interface PlannedWrite {
  /** With chunked framing where the body has it. */
  readonly wire: Buffer;
  readonly bodyBytes: number;
  /** Frames whose last byte is in this write. */
  readonly frames: number;
  readonly tokens: number;
}

export interface Delays {
  readonly headersAfterMs: number;
  readonly firstFrameAfterMs: number;
  readonly betweenFramesMs: number;
  readonly msPerToken: number;
  readonly jitterMs: number;
}

export async function planDelivery(reply: Reply, delivery: Delivery = {}): Promise<DeliveryPlan> {
  const damaged = applyFrameFault(reply, delivery.fault);
  const frames = delivery.encoding === undefined ? damaged : await compressFrames(damaged, delivery.encoding);
  const stop = stopOf(delivery.fault);
  const pieces = groupFrames(frames, delivery, stop);
  const kept = cutAtByte(splitPieces(pieces, delivery.bytesPerWrite), stop?.afterByte);
  const silent = stop?.beforeHeaders === true;
  return {
    status: reply.status,
    headers: silent || reply.body === 'bare' ? null : planHeaders(reply, delivery, frames),
    writes: silent ? [] : frameForWire(kept, reply.body),
    end: stop?.end ?? reply.end,
    gates: placeGates(delivery, kept),
    delays: planDelays(delivery),
    closesSocket: delivery.connection === 'silent_close',
    usage: reply.usage,
  };
}

interface Stop {
  readonly end: 'hang' | 'cut' | 'reset';
  readonly beforeHeaders?: boolean;
  readonly afterFrame?: number;
  readonly afterByte?: number;
}

function stopOf(fault: Fault | undefined): Stop | undefined {
  if (fault?.kind !== 'hang' && fault?.kind !== 'cut' && fault?.kind !== 'reset') return undefined;
  return fault.at === 'before_headers'
    ? { end: fault.kind, beforeHeaders: true }
    : { end: fault.kind, ...fault.at };
}

/** Body bytes that go into one write, before framing. */
interface Piece {
  readonly bytes: Buffer;
  readonly frames: number;
  readonly tokens: number;
}

/** Joins `framesPerWrite` frames, but never across a gate; drops what lies behind the stop. */
function groupFrames(frames: readonly Frame[], delivery: Delivery, stop: Stop | undefined): Piece[] {
  const borders = new Set(delivery.gates?.map((gate) => gate.afterFrame));
  const last = Math.min(frames.length, stop?.afterFrame ?? frames.length);
  const size = delivery.framesPerWrite ?? 1;
  const pieces: Piece[] = [];
  // A repeated frame is one object: so is its piece, and then its write. Long streams stay small.
  const alone = new Map<Frame, Piece>();
  let group: Frame[] = [];
  for (const [index, frame] of frames.slice(0, last).entries()) {
    group.push(frame);
    if (group.length < size && index + 1 < last && !borders.has(index + 1)) continue;
    const piece = (group.length === 1 ? alone.get(frame) : undefined) ?? joinFrames(group);
    if (group.length === 1) alone.set(frame, piece);
    pieces.push(piece);
    group = [];
  }
  return pieces;
}

function joinFrames(group: readonly Frame[]): Piece {
  return {
    bytes: Buffer.concat(group.map(({ bytes }) => bytes)),
    frames: group.length,
    tokens: group.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

function splitPieces(pieces: readonly Piece[], size: number | undefined): readonly Piece[] {
  if (size === undefined) return pieces;
  return pieces.flatMap((piece) => {
    const count = Math.max(1, Math.ceil(piece.bytes.length / size));
    return Array.from({ length: count }, (_, index) => {
      const isLast = index === count - 1;
      const bytes = piece.bytes.subarray(index * size, (index + 1) * size);
      return { bytes, frames: isLast ? piece.frames : 0, tokens: isLast ? piece.tokens : 0 };
    });
  });
}

function cutAtByte(pieces: readonly Piece[], limit: number | undefined): readonly Piece[] {
  if (limit === undefined) return pieces;
  const kept: Piece[] = [];
  let left = limit;
  for (const piece of pieces) {
    if (piece.bytes.length > left) {
      if (left > 0) kept.push({ bytes: piece.bytes.subarray(0, left), frames: 0, tokens: 0 });
      return kept;
    }
    kept.push(piece);
    left -= piece.bytes.length;
  }
  return kept;
}

function frameForWire(pieces: readonly Piece[], body: Reply['body']): PlannedWrite[] {
  const framed = new Map<Piece, PlannedWrite>();
  return pieces.map((piece) => {
    const known = framed.get(piece);
    if (known !== undefined) return known;
    const { bytes, frames, tokens } = piece;
    const wire = body === 'stream' ? asChunk(bytes) : bytes;
    const write = { wire, bodyBytes: bytes.length, frames, tokens };
    framed.set(piece, write);
    return write;
  });
}

/** RFC 9112 section 7.1. Nothing stays nothing: an empty chunk would end the body. */
function asChunk(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

function planHeaders(reply: Reply, delivery: Delivery, frames: readonly Frame[]): Record<string, string> {
  const length = frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const headers: Record<string, string> = {
    ...reply.headers,
    ...(delivery.encoding !== undefined && { 'content-encoding': delivery.encoding }),
    ...(delivery.connection === 'close' && { connection: 'close' }),
    ...(reply.body === 'stream' ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(length) }),
    ...delivery.headers,
  };
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
}

function placeGates(delivery: Delivery, pieces: readonly Piece[]): Map<number, string[]> {
  const places = new Map<number, string[]>();
  for (const { afterFrame, name } of delivery.gates ?? []) {
    const place = writesUpTo(afterFrame, pieces);
    places.set(place, [...(places.get(place) ?? []), name]);
  }
  return places;
}

/** How many writes it takes to send this many frames; all of them if there are not so many. */
function writesUpTo(frameCount: number, pieces: readonly Piece[]): number {
  let sent = 0;
  let writes = 0;
  for (const { frames } of pieces) {
    if (sent >= frameCount) break;
    sent += frames;
    writes += 1;
  }
  return writes;
}

function planDelays(delivery: Delivery): Delays {
  return {
    headersAfterMs: delivery.headersAfterMs ?? 0,
    firstFrameAfterMs: delivery.firstFrameAfterMs ?? 0,
    betweenFramesMs: delivery.betweenFramesMs ?? 0,
    msPerToken: delivery.tokensPerSecond === undefined ? 0 : 1000 / delivery.tokensPerSecond,
    jitterMs: delivery.jitterMs ?? 0,
  };
}
