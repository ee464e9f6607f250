import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAT, chunkedBody, exchange, send } from '../test-support/raw-exchange.js';
import { startSimulator, type RawChunk, type Simulator } from './simulator.js';

const VECTORS = join(import.meta.dirname, '../../server/test/vectors');

interface StreamVector {
  readonly id: string;
  readonly kind: string;
  readonly chunks: readonly RawChunk[];
  readonly end: 'eof' | 'reset';
}

const streamVectors = readdirSync(VECTORS)
  .filter((file) => file.startsWith('stream-') && file.endsWith('.json'))
  .flatMap(
    (file) => (JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as { vectors: StreamVector[] }).vectors,
  )
  .filter(({ kind }) => kind === 'stream');

const bytesOf = (chunk: RawChunk): Buffer =>
  typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.b64, 'base64');

describe('raw chunks', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  beforeEach(() => simulator.reset());
  afterAll(() => simulator.close());

  it.each(streamVectors.map((vector) => [vector.id, vector] as const))(
    'replays %s: one chunk, one read at the client',
    async (_, { chunks, end }) => {
      simulator.addScript({ answer: { kind: 'raw', chunks, end } });
      const seen = await exchange({ port: simulator.port, until: (text) => text.endsWith('\r\n0\r\n\r\n') });

      const wanted = chunks.map(bytesOf).filter((bytes) => bytes.length > 0);
      expect(chunkedBody(seen.text)).toBe(Buffer.concat(wanted).toString('latin1'));
      if (end === 'reset') expect(seen.ended).toBe('reset');
      // A chunk larger than the client's read buffer comes in several reads; all others come alone.
      if (wanted.every(({ length }) => length < 60_000))
        expect(seen.reads).toHaveLength(Math.max(1, wanted.length));
    },
  );

  it('sends bytes without any HTTP around them', async () => {
    simulator.addScript({ answer: { kind: 'raw', head: 'none', chunks: ['SSH-2.0-', { b64: 'AP8=' }] } });
    const seen = await exchange({ port: simulator.port });
    expect(seen.text).toBe('SSH-2.0-\x00\xff');
    expect(seen.ended).toBe('fin');
    expect(simulator.ledger()[0]?.sent).toMatchObject({ status: null, bodyBytes: 10, outcome: 'completed' });
  });

  it('waits at every gate until it is opened, and not longer', async () => {
    simulator.addScript({
      answer: { kind: 'raw', chunks: ['a', 'b', 'c', 'd'] },
      delivery: {
        gates: [
          { afterFrame: 0, name: 'headers' },
          { afterFrame: 2, name: 'middle' },
          { afterFrame: 4, name: 'end' },
        ],
      },
    });
    const { socket } = await send({ port: simulator.port, body: CHAT });
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));

    const seenAt: string[] = [];
    for (const gate of ['headers', 'middle', 'end']) {
      await simulator.gateReached(gate);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(text).toContain('200 OK');
      seenAt.push(chunkedBody(text));
      expect(simulator.gatesWaiting()).toEqual({ [gate]: 1 });
      expect(simulator.openGate(gate)).toBe(true);
    }
    expect(seenAt).toEqual(['', 'ab', 'abcd']);
    expect(text.endsWith('0\r\n\r\n')).toBe(false);
    await simulator.waitForLedger({}, ([entry]) => entry?.sent.outcome === 'completed');
    socket.destroy();
  });

  it('waits at each of two gates in the same place', async () => {
    simulator.addScript({
      answer: { kind: 'raw', chunks: ['a', 'b'] },
      delivery: {
        gates: [
          { afterFrame: 1, name: 'first' },
          { afterFrame: 1, name: 'second' },
        ],
      },
    });
    const seen = exchange({ port: simulator.port, until: (text) => text.endsWith('0\r\n\r\n') });
    await simulator.gateReached('first');
    simulator.openGate('first');
    await simulator.gateReached('second');
    simulator.openGate('second');
    expect(chunkedBody((await seen).text)).toBe('ab');
  });

  it('does not take an empty chunk for the end of the body', async () => {
    simulator.addScript({ answer: { kind: 'raw', chunks: ['a', '', 'b'] } });
    const seen = await exchange({ port: simulator.port, until: (text) => text.endsWith('\r\n0\r\n\r\n') });
    expect(chunkedBody(seen.text)).toBe('ab');
    expect(simulator.ledger()[0]?.sent).toMatchObject({ frames: 3, bodyBytes: 2 });
  });

  it('does not wait at a gate that was opened before', async () => {
    simulator.addScript({
      answer: { kind: 'raw', chunks: ['a', 'b'] },
      delivery: { gates: [{ afterFrame: 1, name: 'early' }] },
    });
    expect(simulator.openGate('early')).toBe(false);
    const seen = await exchange({ port: simulator.port, until: (text) => text.endsWith('0\r\n\r\n') });
    expect(chunkedBody(seen.text)).toBe('ab');
  });

  it('forgets those who left while they waited', async () => {
    simulator.addScript({
      answer: { kind: 'raw', chunks: ['a', 'b'] },
      delivery: { gates: [{ afterFrame: 1, name: 'left' }] },
    });
    const { socket } = await send({ port: simulator.port });
    await simulator.gateReached('left');
    socket.destroy();
    await simulator.waitForLedger({}, ([entry]) => entry?.sent.outcome === 'aborted');
    expect(simulator.gatesWaiting()).toEqual({});
  });
});
