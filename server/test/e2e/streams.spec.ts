import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { SseReader } from '../support/sse-reader.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const ask = (model: string, stream = true) => ({
  model,
  max_tokens: 64,
  stream,
  messages: [{ role: 'user', content: 'Hi' }],
});

describe.each(['openai', 'anthropic'] as const)('streams from an %s-format provider', (dialect) => {
  let simulator: Simulator;
  let gateway: Gateway;

  beforeAll(async () => {
    simulator = await startSimulator();
    const provider = (name: string, limits: Record<string, unknown> = {}) => ({
      name,
      api_format: dialect,
      api_key: 'up',
      base_url: dialect === 'openai' ? simulator.openAiUrl(name) : simulator.anthropicUrl(name),
      max_retries: 0,
      models: { big: ['m'], middle: ['m'], small: ['m'] },
      ...limits,
    });
    gateway = await startGateway({
      config: {
        providers: [
          provider('p'),
          // Left alone for a while after what they answer.
          provider('throttled'),
          provider('talkative', { api_key: 'opaque"key/of the provider' }),
          provider('locked'),
          provider('hasty', { timeout: 1, plain_timeout: 1, stream_idle_timeout: 1 }),
        ],
      },
    });
  }, 60_000);

  beforeEach(() => simulator.reset());

  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  it('says who answered, and what it cost', async () => {
    simulator.addScript({
      answer: {
        kind: 'message',
        content: [{ type: 'text', text: 'Hello there' }],
        usage: { input: 30, output: 7, cacheRead: 20 },
      },
    });
    const response = await gateway.messages(ask('p/m'));
    const reader = new SseReader(response);
    await reader.readToEnd();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': expect.stringContaining('text/event-stream'),
      'x-ccs-provider': 'p',
      'x-ccs-model': 'm',
      'x-ccs-attempts': '1',
      'x-ccs-request-id': expect.stringMatching(/^req_/),
      'x-content-type-options': 'nosniff',
    });
    expect(reader.events.at(-2)).toMatchObject({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 7 },
    });
    expect(reader.events.at(-1)).toEqual({ type: 'message_stop' });
  });

  it('aborts the upstream within a second of the client leaving, streaming or not', async () => {
    simulator.addScript({
      standing: true,
      match: { stream: true },
      answer: { kind: 'message', content: [{ type: 'text', text: 'word ', repeat: 5000 }] },
      delivery: { betweenFramesMs: 20 },
    });
    const leaving = new AbortController();
    const response = await gateway.messages(ask('p/m'), {}, leaving.signal);
    await new SseReader(response).readUntil((events) => events.length > 4, 5_000);
    const left = Date.now();
    leaving.abort();
    await simulator.waitForLedger({}, (entries) => entries[0]?.sent.outcome === 'aborted');
    expect(Date.now() - left).toBeLessThan(1_000);

    simulator.addScript({ standing: true, answer: 'late', delivery: { headersAfterMs: 20_000 } });
    const leavingPlain = new AbortController();
    const plain = gateway.messages(ask('p/m', false), {}, leavingPlain.signal).catch(() => 'gone');
    await simulator.waitForLedger({}, (entries) => entries.length === 2);
    leavingPlain.abort();
    expect(await plain).toBe('gone');
    await simulator.waitForLedger({}, (entries) => entries[1]?.sent.outcome === 'aborted', 1_000);
  });

  it('answers 504 when the first event, or the whole answer, does not come in time', async () => {
    simulator.addScript({
      standing: true,
      answer: 'late',
      delivery: { fault: { kind: 'hang', at: 'before_headers' } },
    });
    for (const stream of [true, false]) {
      const response = await gateway.messages(ask('hasty/m', stream));
      expect({ status: response.status, body: await response.json() }).toMatchObject({
        status: 504,
        body: { error: { type: 'timeout_error' } },
      });
    }
    await simulator.waitForLedger({}, (entries) =>
      entries.every((entry) => entry.sent.outcome === 'aborted'),
    );
  });

  it.each([
    ['breaks off', { kind: 'reset', at: { afterFrame: 5 } }],
    ['falls silent', { kind: 'hang', at: { afterFrame: 5 } }],
    ['ends without an end', { kind: 'cut', at: { afterFrame: 5 } }],
  ] as const)('ends a stream that %s with an error event, never with an invented end', async (_, fault) => {
    simulator.addScript({
      answer: {
        kind: 'message',
        content: [{ type: 'text', text: 'a longer answer, in several pieces', pieces: 8 }],
      },
      delivery: { fault, betweenFramesMs: 5 },
    });
    const reader = new SseReader(await gateway.messages(ask('hasty/m')));
    await reader.readToEnd();
    expect(reader.events[0]?.type).toBe('message_start');
    expect(reader.events.at(-1)).toMatchObject({
      type: 'error',
      error: { message: expect.stringMatching(/./) },
    });
    expect(reader.events.map((event) => event.type)).not.toContain('message_stop');
  });

  it('turns an error before the first event into an HTTP error', async () => {
    simulator.addScript({
      answer: { kind: 'status', status: 429, headers: { 'retry-after': '7' }, message: 'slow down' },
    });
    const response = await gateway.messages(ask('throttled/m'));
    expect(response.headers.get('retry-after')).toBe('7');
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 429,
      body: {
        type: 'error',
        error: { type: 'rate_limit_error', message: expect.stringContaining('slow down') },
      },
    });
  });

  it("calls a provider's 401 its own problem, and does not show the key", async () => {
    simulator.addScript({ answer: { kind: 'status', status: 401, echoKey: true } });
    const response = await gateway.messages(ask('locked/m'));
    expect(response.status).toBe(502);
    expect(response.headers.get('x-should-retry')).toBe('false');
  });

  it("does not show the key that a provider's error repeats in the middle of a stream", async () => {
    const key = 'opaque"key/of the provider';
    const message = `no more for ${key}`;
    const error = { type: 'error', error: { type: 'api_error', message } };
    const begun =
      dialect === 'openai'
        ? [{ choices: [{ index: 0, delta: { role: 'assistant', content: 'Hel' } }] }, error]
        : [
            {
              type: 'message_start',
              message: { id: 'm', type: 'message', role: 'assistant', content: [], usage: {} },
            },
            { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
            { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } },
            error,
          ];
    simulator.addScript({
      answer: { kind: 'raw', chunks: begun.map((each) => `data: ${JSON.stringify(each)}\n\n`) },
    });
    const text = await (await gateway.messages(ask('talkative/m'))).text();
    expect(text).toContain('Hel');
    expect(text).toContain('no more for [secret]');
    expect(text + gateway.output()).not.toContain(JSON.stringify(key).slice(1, -1));
  });

  it('reads a compressed answer', async () => {
    simulator.addScript({ answer: 'squeezed', delivery: { encoding: 'gzip' } });
    const response = await gateway.messages(ask('p/m', false));
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.json()).toMatchObject({ content: [{ type: 'text', text: 'squeezed' }] });
  });

  it('keeps memory bounded while 200 clients do not read', async () => {
    const clients: Socket[] = [];
    try {
      // 40 MB for each, many times what the sockets' own buffers on the way can take.
      simulator.addScript({
        standing: true,
        answer: {
          kind: 'message',
          id: 'long',
          model: 'm',
          respondAs: 'stream',
          content: [{ type: 'text', text: 'x'.repeat(4_000), pieces: 1, repeat: 10_000 }],
        },
      });
      // The size of a gateway at work, not of one that has just started.
      const warm = async (): Promise<unknown> => (await gateway.messages(ask('p/m'))).arrayBuffer();
      await Promise.all(Array.from({ length: 12 }, warm));
      const before = rssMb(gateway.pid);
      clients.push(...(await Promise.all(Array.from({ length: 200 }, () => stalledClient(gateway)))));
      let most = 0;
      // About 8 MB per client have to flow before the sockets on the way are full: that takes its time.
      for (let calm = 0, i = 0; calm < 8 && i < 320; i++) {
        await sleep(250);
        most = Math.max(most, rssMb(gateway.pid));
        calm = simulator.state().counters.open === 200 ? calm + 1 : 0;
      }
      const { counters } = simulator.state();
      const sentMb = (counters.bytesSent / 1e6).toFixed(0);
      console.log(
        `${dialect}: 200 stalled clients, ${before.toFixed(0)} -> ${most.toFixed(0)} MB, ${sentMb} of 8000 MB sent`,
      );
      expect(most - before).toBeLessThan(100);
      // The pressure reaches the provider, which cannot get rid of its bytes either.
      expect(counters.open).toBe(200);
    } finally {
      for (const client of clients) client.destroy();
    }
    for (let i = 0; simulator.state().counters.open > 0 && i < 100; i++) await sleep(100);
    expect(simulator.state().counters.open).toBe(0);
  }, 150_000);

  it('loses nothing when a client that stalled reads on', async () => {
    const text = '#'.repeat(4_000);
    simulator.addScript({
      answer: { kind: 'message', content: [{ type: 'text', text, pieces: 1, repeat: 5_000 }] },
    });
    const client = await stalledClient(gateway);
    await sleep(1_500);
    let characters = 0;
    let head = '';
    let tail = '';
    client.on('data', (chunk: Buffer) => {
      for (const byte of chunk) if (byte === 0x23) characters++;
      head ||= chunk.toString('latin1', 0, 200);
      tail = (tail + chunk.toString('latin1')).slice(-500);
    });
    client.resume();
    for (let i = 0; i < 450 && !tail.includes('message_stop'); i++) await sleep(100);
    client.destroy();
    expect({ head, tail, characters }).toEqual({
      head: expect.stringContaining('HTTP/1.1 200 OK'),
      tail: expect.stringContaining('event: message_stop'),
      characters: 4_000 * 5_000,
    });
  }, 90_000);
});

function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Sends a streaming call and reads nothing of the answer. */
function stalledClient(gateway: Gateway): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const body = JSON.stringify(ask('p/m'));
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.pause();
    socket.on('error', reject);
    socket.on('connect', () => {
      socket.write(
        `POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-api-key: ${gateway.apiKey}\r\n` +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      resolve(socket);
    });
  });
}
