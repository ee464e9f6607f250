import type { IncomingMessage } from 'node:http';
import { RequestTooLargeError } from '../errors/caller-errors.js';
import { takeBody } from './body-pool.js';

/**
 * The bytes of a request's body, in memory that can be given back (`body-pool.ts`); `done` is called once. More than
 * `limitBytes` is a `RequestTooLargeError`; a body that breaks off ends with the socket's own error.
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  done: (error: Error | null, body: Buffer) => void,
): void {
  if (Number(request.headers['content-length']) > limitBytes) {
    done(new RequestTooLargeError(limitBytes), EMPTY);
    return;
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  const finish = (error: Error | null): void => {
    request.off('data', onData);
    request.off('end', onEnd);
    request.off('error', finish);
    if (error !== null) done(error, EMPTY);
    else done(null, joined(pieces, bytes));
  };
  const onData = (piece: Buffer): void => {
    bytes += piece.length;
    if (bytes > limitBytes) finish(new RequestTooLargeError(limitBytes));
    else pieces.push(piece);
  };
  const onEnd = (): void => finish(null);
  request.on('data', onData);
  request.on('end', onEnd);
  request.on('error', finish);
}

const EMPTY = Buffer.alloc(0);

/** Also a single piece is copied: Node makes memory for each, and it is gone before the next collection of garbage. */
function joined(pieces: readonly Buffer[], length: number): Buffer {
  const body = takeBody(length);
  let at = 0;
  for (const piece of pieces) at += piece.copy(body, at);
  return body;
}
