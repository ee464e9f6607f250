import { connect, type Socket } from 'node:net';

/** What a client saw of one connection, read by read. */
export interface RawExchange {
  readonly reads: readonly Buffer[];
  /** Milliseconds since the request was written, one per read. */
  readonly readAtMs: readonly number[];
  /** `open` if the peer still held the connection when the waiting ended. */
  readonly ended: 'fin' | 'reset' | 'open';
  readonly text: string;
}

export interface RawRequest {
  readonly port: number;
  /** Default POST. */
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: readonly string[];
  /** Announce a longer body than is sent. */
  readonly announcedBytes?: number;
  /** Stop waiting after this; default 2,000. */
  readonly timeoutMs?: number;
  /** Stop as soon as this holds. */
  readonly until?: (text: string) => boolean;
}

export const CHAT = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] };

/** One request over a socket of its own, with everything an HTTP client would hide. */
export async function exchange(request: RawRequest): Promise<RawExchange> {
  const reads: Buffer[] = [];
  const readAtMs: number[] = [];
  const { socket, startMs } = await send(request);
  return new Promise((resolve) => {
    const finish = (ended: RawExchange['ended']): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ reads, readAtMs, ended, text: Buffer.concat(reads).toString('latin1') });
    };
    const timer = setTimeout(() => finish('open'), request.timeoutMs ?? 2000);
    socket.on('data', (chunk: Buffer) => {
      reads.push(chunk);
      readAtMs.push(performance.now() - startMs);
      if (request.until?.(Buffer.concat(reads).toString('latin1')) === true) finish('open');
    });
    socket.once('end', () => finish('fin'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      finish(error.code === 'ECONNRESET' ? 'reset' : 'fin'),
    );
  });
}

/** Writes the request and hands over the socket; nothing is read yet. */
export async function send(request: RawRequest): Promise<{ socket: Socket; startMs: number }> {
  const body = Buffer.from(JSON.stringify(request.body ?? CHAT));
  const head = [
    `${request.method ?? 'POST'} ${request.path ?? '/v1/chat/completions'} HTTP/1.1`,
    'host: simulator',
    'content-type: application/json',
    `content-length: ${request.announcedBytes ?? body.length}`,
    ...(request.headers ?? []),
  ];
  const socket = connect({ port: request.port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
  return { socket, startMs: performance.now() };
}

/** The payload of a chunked HTTP answer, as far as it came. */
export function chunkedBody(text: string): string {
  let rest = text.slice(text.indexOf('\r\n\r\n') + 4);
  let body = '';
  for (;;) {
    const lineEnd = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, lineEnd), 16);
    if (lineEnd < 0 || !(size > 0)) return body;
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size);
    rest = rest.slice(lineEnd + 2 + size + 2);
  }
}
