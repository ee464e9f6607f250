import type { IncomingMessage } from 'node:http';
import { RequestTooLargeError } from '../errors/caller-errors.js';

/**
 * The bytes of a request's body; `done` is called once. They are copied only where they came in several pieces: Node
 * hands out each piece as memory of its own. More than `limitBytes` is a `RequestTooLargeError`; a body that breaks off
 * ends with the socket's own error.
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
    else done(null, pieces.length === 1 ? (pieces[0] ?? EMPTY) : Buffer.concat(pieces, bytes));
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
