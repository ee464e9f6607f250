import { createServer, type Socket } from 'node:net';
import { listening } from './ask-upstream.js';

export interface OddProvider {
  /** `http://127.0.0.1:port`; the first part of a path says what is odd. */
  readonly url: string;
  readonly connections: () => number;
  /** How many requests there were. */
  readonly asked: () => number;
  close(): void;
}

interface Asked {
  readonly socket: Socket;
  /** A text as a whole answer in the provider's dialect. */
  readonly answer: (text: string) => string;
  /** How many requests there were. */
  readonly count: number;
  /** The body of this one. */
  readonly request: string;
}

/** What no HTTP library lets a server do. */
const ODDITIES = {
  /** Answers, and goes on talking: an answer that nobody has asked for follows. */
  chatty: ({ socket, answer, count }: Asked) => {
    socket.write(whole(200, answer(`answer ${count}`)) + whole(200, answer('for nobody')));
  },
  /** Refuses as soon as it has seen the headers, and reads none of the body. */
  early: ({ socket, answer }: Asked) => {
    socket.pause();
    socket.end(whole(413, answer('too large')));
  },
  /** Tells first that it is about to answer. */
  hints: ({ socket, answer }: Asked) => {
    socket.write(
      `HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n${whole(200, answer('hinted'))}`,
    );
  },
  /** Tells a client to go on that has not asked whether it may. */
  continues: ({ socket, answer }: Asked) => {
    socket.write(`HTTP/1.1 100 Continue\r\n\r\n${whole(200, answer('continued'))}`);
  },
  /** Of 1996: no length, no chunks; the end of the connection is the end of the answer. */
  old: ({ socket, answer }: Asked) => {
    socket.end(`HTTP/1.0 200 OK\r\n${JSON_TYPE}\r\n${answer('of old')}`);
  },
  /** Says more about its answer when that is over. */
  trailers: ({ socket, answer }: Asked) => {
    const body = answer('followed');
    socket.write(
      `HTTP/1.1 200 OK\r\n${JSON_TYPE}transfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n` +
        `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\nx-sum: 7\r\n\r\n`,
    );
  },
  /** Falls silent in the middle of a whole answer. */
  half: ({ socket, answer }: Asked) => {
    const text = whole(200, answer('a beginning, and no end'));
    socket.write(text.slice(0, -20));
  },
  /** Breaks its answer off where the request says, and as it says: see `CUTS`. */
  cut: ({ socket, answer, request }: Asked) => {
    const cut = /(\w+) after (\d+) bytes/.exec(request);
    const body = answer('the whole answer');
    if (cut === null) socket.write(whole(200, body));
    else CUTS[cut[1] as Cut](socket, body, Number(cut[2]));
  },
} as const;

/** Ways in which the rest of an answer is missing. */
const CUTS = {
  /** The connection is reset. */
  reset: (socket: Socket, body: string, sent: number) => {
    socket.write(headOf(200, body.length) + body.slice(0, sent), () =>
      setImmediate(() => socket.resetAndDestroy()),
    );
  },
  /** The connection ends in order, before the length that was announced. */
  closed: (socket: Socket, body: string, sent: number) => {
    socket.end(headOf(200, body.length) + body.slice(0, sent));
  },
  /** Whole for HTTP, and no JSON. */
  short: (socket: Socket, body: string, sent: number) => {
    socket.write(whole(200, body.slice(0, sent)));
  },
};
export type Cut = keyof typeof CUTS;

export type Oddity = keyof typeof ODDITIES;

/** @param answerOf a text as the body of a whole answer, in ASCII */
export async function startOddProvider(answerOf: (text: string) => string): Promise<OddProvider> {
  let connections = 0;
  let asked = 0;
  const server = createServer((socket) => {
    connections += 1;
    let received = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n') + 4;
      if (end < 4) return;
      const oddity = /^POST \/(\w+)/.exec(received)?.[1] as Oddity;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < end + length && oddity !== 'early') return;
      const request = received.slice(end);
      received = '';
      asked += 1;
      ODDITIES[oddity]({ socket, answer: answerOf, count: asked, request });
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    asked: () => asked,
    close: () => server.close(),
  };
}

const JSON_TYPE = 'content-type: application/json\r\n';
const headOf = (status: number, length: number): string =>
  `HTTP/1.1 ${status} X\r\n${JSON_TYPE}content-length: ${length}\r\n\r\n`;
const whole = (status: number, body: string): string => headOf(status, body.length) + body;
