import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { listening } from './ask-upstream.js';
import {
  EXPIRED_CERTIFICATE,
  LOOPBACK_KEY,
  PROVIDER_TEST_CERTIFICATE,
  PROVIDER_TEST_KEY,
  SELF_SIGNED_CERTIFICATE,
} from './certificates.js';

/** Base URLs of providers that no request may ever reach. */
export interface UnreachableProviders {
  /** The address drops whoever knocks: its queue of connections is full, and nobody takes one from it. */
  readonly neverAccepts: string;
  /** Takes the connection, and never says a word of TLS. */
  readonly silentTls: string;
  /** Valid but for its time, for whoever trusts `EXPIRED_CERTIFICATE`. */
  readonly expired: string;
  /** Of a host that is another, for whoever trusts `TEST_AUTHORITY`. */
  readonly wrongHost: string;
  readonly selfSigned: string;
  /** Requests that one of them was sent all the same. */
  readonly asked: () => number;
  close(): Promise<void>;
}

/** Listens, says where, and then never turns to its connections again. */
const DEAF = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });`;
const SURELY_CONNECTED_MS = 250;
const MORE_THAN_ANY_BACKLOG = 50;

export async function startUnreachableProviders(): Promise<UnreachableProviders> {
  let asked = 0;
  const servers: Server[] = [];
  const portOf = (server: Server): Promise<number> => {
    servers.push(server);
    return listening(server);
  };
  const secure = async (key: string, cert: string): Promise<string> => {
    const server = createTlsServer({ key, cert }, (_, response) => {
      asked += 1;
      response.end('{}');
    });
    return `https://127.0.0.1:${await portOf(server)}`;
  };
  const held: Socket[] = [];
  const silent = createServer((socket) => {
    held.push(socket.on('error', () => undefined));
  });
  const deaf = new Worker(DEAF, { eval: true });
  const [deafPort] = (await once(deaf, 'message')) as [number];
  held.push(...(await fillBacklog(deafPort)));
  return {
    neverAccepts: `http://127.0.0.1:${deafPort}`,
    silentTls: `https://127.0.0.1:${await portOf(silent)}`,
    expired: await secure(LOOPBACK_KEY, EXPIRED_CERTIFICATE),
    wrongHost: await secure(PROVIDER_TEST_KEY, PROVIDER_TEST_CERTIFICATE),
    selfSigned: await secure(LOOPBACK_KEY, SELF_SIGNED_CERTIFICATE),
    asked: () => asked,
    close: async () => {
      for (const socket of held) socket.destroy();
      for (const server of servers) server.close();
      await deaf.terminate();
    },
  };
}

/** Connects until one connection is not made any more; the kernel makes those that fit, without asking anybody. */
async function fillBacklog(port: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < MORE_THAN_ANY_BACKLOG) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    const made = once(socket, 'connect').then(() => true);
    if (!(await Promise.race([made, sleep(SURELY_CONNECTED_MS, false)]))) return sockets;
  }
  throw new Error('the queue of connections of a deaf server does not fill');
}
