import { connect } from 'node:net';

/** What came back on a connection of its own; status 0: nothing that is HTTP, or nothing at all. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

const PATIENCE_MS = 10_000;

/** Sends exactly these bytes and reads until the server closes: no client in between tidies anything up. */
export function sendRaw(port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(request, 'latin1'));
    const finish = (): void => {
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text });
    };
    socket.setTimeout(PATIENCE_MS, finish);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', finish);
    socket.on('error', finish);
  });
}

/** Head and body of a request as they stand on the wire; `Connection: close`, so that the answer has an end. */
export function rawRequest(
  line: string,
  headers: readonly string[],
  { host = 'Host: 127.0.0.1', body = '' } = {},
): string {
  const own = body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`];
  const head = [line, ...(host === '' ? [] : [host]), ...headers, ...own, 'Connection: close'];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
