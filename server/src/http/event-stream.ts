import type { FastifyReply, FastifyRequest } from 'fastify';
import { toProblem } from './problem.js';
import { toGatewayError } from './to-gateway-error.js';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
} as const;

/** Tells of a request's progress while it runs. */
export type Progress = (event: string, data: object) => void;

/**
 * Answers a request of the admin API whose result takes a while: with the result alone, or for a client that accepts
 * `text/event-stream` with an event for each step, then `result` or `error` (a problem document). What goes wrong
 * before the first step is an ordinary error in either case.
 *
 * @param work its signal ends when the client has gone
 */
export async function answerWithProgress(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (signal: AbortSignal, progress: Progress) => Promise<object>,
): Promise<void> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('the client has gone'));
  });
  if (!(request.headers.accept ?? '').includes('text/event-stream')) {
    const result = await work(gone.signal, () => undefined);
    await reply.send(result);
    return;
  }
  const { raw } = reply;
  let open = false;
  const send: Progress = (event, data) => {
    if (raw.destroyed) return;
    if (!open) {
      open = true;
      reply.hijack();
      raw.writeHead(200, { ...HEADERS, 'request-id': request.id });
    }
    raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  try {
    send('result', await work(gone.signal, send));
  } catch (thrown) {
    if (!open) throw thrown;
    send('error', toProblem(toGatewayError(thrown), request.id));
  }
  raw.end();
}
