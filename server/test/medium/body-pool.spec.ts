import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveBackBody, takeBody } from '../../src/http/body-pool.js';
import { KeptConnection } from '../../src/provider-clients/kept-connection.js';
import { UpstreamExchange } from '../../src/provider-clients/upstream-exchange.js';
import { eventually } from '../support/eventually.js';

/** More than a Unix socket takes that nobody reads. */
const BODY_BYTES = 900_000;

describe('the memory of a body that is sent', () => {
  let directory: string;
  let server: Server;
  let connection: KeptConnection;
  let received = '';
  let read: () => void;

  afterEach(async () => {
    await connection.destroy();
    server.close();
    await rm(directory, { recursive: true });
  });

  /** A provider that answers when it has read `readsFirst` bytes, and reads the rest when it is told to. */
  async function startProvider(readsFirst: number): Promise<void> {
    directory = await mkdtemp(join(tmpdir(), 'ccs-body-'));
    const path = join(directory, 'socket');
    received = '';
    server = createServer((socket) => {
      read = () => socket.resume();
      let answered = false;
      socket.on('error', () => undefined);
      socket.on('data', (piece) => {
        received += piece.toString('latin1');
        if (answered || received.length < readsFirst) return;
        answered = true;
        socket.pause();
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK');
      });
    });
    await new Promise<void>((listening) => server.listen(path, listening));
    connection = new KeptConnection('http://provider', {
      connect: (_, callback) => {
        const socket = connect(path, () => callback(null, socket));
      },
    });
  }

  it.each([
    ['before it has read the body', 1, false],
    ['afterwards', BODY_BYTES, true],
  ])('is used again only when it has left: the provider answers %s', async (_, readsFirst, sentWhole) => {
    await startProvider(readsFirst);
    const body = takeBody(BODY_BYTES).fill('a');
    let ended = false;
    const exchange = new UpstreamExchange({
      onHeaders: () => undefined,
      onData: () => undefined,
      onEnd: () => (ended = true),
      onFailure: (failure) => {
        throw new Error(failure);
      },
    });
    connection.dispatch({ origin: 'http://provider', method: 'POST', path: '/', body }, exchange);
    await eventually(() => expect(ended).toBe(true));
    expect(exchange.sentWhole).toBe(sentWhole);
    if (exchange.sentWhole) giveBackBody(body);
    takeBody(BODY_BYTES).fill('b');
    read();
    await eventually(() => expect(received.endsWith('a'.repeat(BODY_BYTES))).toBe(true));
  });
});
