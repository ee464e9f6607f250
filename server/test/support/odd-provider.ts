import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface OddProvider {
  /** `http://127.0.0.1:port`; the first part of a path says what is odd. */
  readonly url: string;
  readonly connections: () => number;
  close(): void;
}

/** What no HTTP library lets a server do. Each gets the socket and the answer in the provider's dialect. */
const ODDITIES = {
  /** Answers, and goes on talking: an answer that nobody has asked for follows. */
  chatty: (socket: Socket, answer: (text: string) => string, asked: number) => {
    socket.write(whole(200, answer(`answer ${asked}`)) + whole(200, answer('for nobody')));
  },
  /** Refuses as soon as it has seen the headers, and reads none of the body. */
  early: (socket: Socket, answer: (text: string) => string) => {
    socket.pause();
    socket.end(whole(413, answer('too large')));
  },
  /** Tells first that it is about to answer. */
  hints: (socket: Socket, answer: (text: string) => string) => {
    socket.write(
      `HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n${whole(200, answer('hinted'))}`,
    );
  },
} as const;

export type Oddity = keyof typeof ODDITIES;

/** @param answerOf a text as the body of a whole answer */
export async function startOddProvider(answerOf: (text: string) => string): Promise<OddProvider> {
  let connections = 0;
  let asked = 0;
  const server = createServer((socket) => {
    connections += 1;
    let head = '';
    let left = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (left > 0) left -= chunk.length;
      else head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const oddity = /^POST \/(\w+)/.exec(head)?.[1];
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (left === 0) left = length - (head.length - end - 4);
      if (left > 0 && oddity !== 'early') return;
      head = '';
      asked += 1;
      if (oddity !== undefined && oddity in ODDITIES) ODDITIES[oddity as Oddity](socket, answerOf, asked);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    close: () => server.close(),
  };
}

function whole(status: number, body: string): string {
  return `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
