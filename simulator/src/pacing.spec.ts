import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chunkedBody, exchange, send, type RawExchange } from '../test-support/raw-exchange.js';
import { startSimulator, type Script, type Simulator } from './simulator.js';

describe('pace', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({ random: () => 0.5 });
  });
  beforeEach(() => simulator.reset());
  afterAll(() => simulator.close());

  const whole = (text: string): boolean => text.endsWith('0\r\n\r\n');

  /** Frames: role, `pieces` texts of eight characters (two tokens), finish, [DONE]. */
  async function stream(delivery: Script['delivery'], pieces = 3): Promise<RawExchange> {
    const text = 'abcdefg '.repeat(pieces);
    simulator.addScript({ answer: { kind: 'message', content: [{ type: 'text', text, pieces }] }, delivery });
    return exchange({ port: simulator.port, until: whole, timeoutMs: 5000 });
  }

  // Timers may be late on a busy machine, but never early by more than their own millisecond.
  it.each<[string, Script['delivery'], number[]]>([
    ['headers', { headersAfterMs: 80 }, [80, 80, 80, 80]],
    ['the first frame', { firstFrameAfterMs: 80 }, [0, 80, 80, 80]],
    ['every frame', { betweenFramesMs: 30 }, [0, 30, 60, 90]],
    ['tokens', { tokensPerSecond: 50 }, [0, 0, 40, 80]],
    ['jitter', { betweenFramesMs: 20, jitterMs: 40 }, [0, 40, 80, 120]],
  ])('delays %s', async (_, delivery, notBeforeMs) => {
    const { readAtMs } = await stream(delivery);
    notBeforeMs.forEach((ms, index) => expect(readAtMs[index]).toBeGreaterThanOrEqual(ms - 3));
  });

  it('sends the headers alone when the first frame is late', async () => {
    const { reads } = await stream({ firstFrameAfterMs: 80 });
    expect(reads[0]?.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    expect(reads[1]?.toString()).toMatch(/"role":"assistant"/);
  });

  it('keeps a rate that is finer than a timer', async () => {
    const { readAtMs } = await stream({ tokensPerSecond: 100_000 }, 10_000);
    // 10,000 frames of two tokens: 200 ms. A timer of a millisecond for each would make it 10 s and more.
    expect(readAtMs.at(-1)).toBeGreaterThanOrEqual(195);
    expect(readAtMs.at(-1)).toBeLessThan(8000);
  }, 20_000);

  it('joins frames into one write, and never across a gate', async () => {
    const answer: Script['answer'] = { kind: 'raw', chunks: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] };
    simulator.openGate('x');
    simulator.addScript({ answer, delivery: { framesPerWrite: 3, gates: [{ afterFrame: 4, name: 'x' }] } });
    const { text } = await exchange({ port: simulator.port, until: whole });
    const sizes = [...text.slice(text.indexOf('\r\n\r\n')).matchAll(/(?:^|\r\n)(\d)\r\n(?=[a-g]|\r)/g)];
    expect(sizes.map((found) => found[1])).toEqual(['3', '1', '3', '0']);
  });

  it('drips a body in writes of a few bytes', async () => {
    simulator.addScript({ answer: { kind: 'raw', chunks: ['abcde', 'fg'] }, delivery: { bytesPerWrite: 2 } });
    const { reads, text } = await exchange({ port: simulator.port, until: whole });
    expect(chunkedBody(text)).toBe('abcdefg');
    expect(reads).toHaveLength(4);
    expect(simulator.ledger()[0]?.sent).toMatchObject({ frames: 2, bodyBytes: 7 });
  });

  it('waits for a client that does not read, without piling up memory', async () => {
    simulator.addScript({
      answer: {
        kind: 'message',
        id: 'chatcmpl-1',
        model: 'm',
        respondAs: 'stream',
        content: [{ type: 'text', text: 'word '.repeat(100), pieces: 1, repeat: 200_000 }],
      },
    });
    const rssBefore = process.memoryUsage.rss();
    const { socket } = await send({ port: simulator.port });
    socket.pause();
    let sent = 0;
    for (let rounds = 0; rounds < 50; rounds += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const bytes = simulator.ledger()[0]?.sent.bodyBytes ?? 0;
      if (bytes > 0 && bytes === sent) break;
      sent = bytes;
    }
    expect(sent).toBeGreaterThan(100_000);
    expect(sent).toBeLessThan(20_000_000);
    expect(process.memoryUsage.rss() - rssBefore).toBeLessThan(100 * 1024 * 1024);
    expect(simulator.ledger()[0]?.sent.outcome).toBe('open');
    socket.destroy();
    await simulator.waitForLedger({}, ([entry]) => entry?.sent.outcome === 'aborted');
  });
});
