import type { IncomingMessage } from 'node:http';

export interface ReceivedBody {
  readonly bytes: Buffer;
  /** False if the peer left before its request was whole. */
  readonly complete: boolean;
}

const NOTHING = Buffer.alloc(0);

/** The whole body, or what came of it. */
export async function readBody(request: IncomingMessage): Promise<ReceivedBody> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  const complete = await ended(request);
  const [first = NOTHING] = chunks;
  return { bytes: chunks.length > 1 ? Buffer.concat(chunks) : first, complete };
}

/** Waits for the end of the body without looking at it. */
export async function skipBody(request: IncomingMessage): Promise<ReceivedBody> {
  request.resume();
  return { bytes: NOTHING, complete: await ended(request) };
}

async function ended(request: IncomingMessage): Promise<boolean> {
  return new Promise((resolve) => {
    request.once('end', () => resolve(true));
    request.once('close', () => resolve(false));
  });
}
