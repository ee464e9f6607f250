import type { Dialect } from '../scripts/script.js';
import { isRecord } from '../scripts/value-reader.js';
import { encodeEvent } from './anthropic/message-events.js';
import { streamErrorBody } from './error-body.js';
import type { Frame } from './reply.js';

/** An error in the middle of a stream, as the dialect writes it. */
export function errorFrame(dialect: Dialect, body: unknown = streamErrorBody(dialect)): Frame {
  if (dialect === 'anthropic' && isRecord(body)) return encodeEvent('error', body);
  return { bytes: Buffer.from(`data: ${JSON.stringify(body)}\n\n`), tokens: 0 };
}
