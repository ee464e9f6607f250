import { errorFrame } from '../answers/error-frame.js';
import type { Frame, Reply } from '../answers/reply.js';
import type { Fault, RawChunk } from '../scripts/script.js';

/** No UTF-8, no server-sent event, no JSON. */
const GARBAGE = Buffer.from(Array.from({ length: 24 }, (_, index) => 0x80 + ((index * 37) % 0x7f)));

/** The faults that change what is sent rather than how it ends. */
export function applyFrameFault(reply: Reply, fault: Fault | undefined): readonly Frame[] {
  const { frames } = reply;
  switch (fault?.kind) {
    case undefined:
    case 'hang':
    case 'cut':
    case 'reset':
      return frames;
    case 'error':
      return [...frames.slice(0, fault.afterFrame), errorFrame(reply.dialect, fault.body)];
    case 'garbage': {
      const garbage = { bytes: rawBytes(fault.bytes) ?? GARBAGE, tokens: 0 };
      return [...frames.slice(0, fault.afterFrame), garbage, ...frames.slice(fault.afterFrame)];
    }
    case 'malformed':
      return frames.map((frame, index) => (index === fault.frame ? cutJson(frame) : frame));
    default:
      return fault satisfies never;
  }
}

function rawBytes(chunk: RawChunk | undefined): Buffer | undefined {
  if (chunk === undefined) return undefined;
  return typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.b64, 'base64');
}

/** Keeps the event's frame and drops the second half of its JSON, or of the whole body. */
function cutJson(frame: Frame): Frame {
  const text = frame.bytes.toString('utf8');
  const start = Math.max(0, text.indexOf('{'));
  const end = text.lastIndexOf('}') + 1;
  const kept = text.slice(0, start + Math.floor((end - start) / 2)).toWellFormed();
  return { ...frame, bytes: Buffer.from(kept + text.slice(end)) };
}
