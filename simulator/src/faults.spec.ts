import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'node:http';
import { chunkedBody, exchange, type RawExchange } from '../test-support/raw-exchange.js';
import { startSimulator, type Fault, type Script, type Simulator } from './simulator.js';

describe('faults on the wire', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  beforeEach(() => simulator.reset());
  afterAll(() => simulator.close());

  const say = (delivery: Script['delivery'], text = 'one two three'): void =>
    simulator.addScript({
      answer: { kind: 'message', content: [{ type: 'text', text, pieces: 3 }], id: 'chatcmpl-1', model: 'm' },
      delivery,
    });

  const wholeBody = (text: string): boolean => text.endsWith('\r\n0\r\n\r\n');

  const ask = (timeoutMs = 2000): Promise<RawExchange> =>
    exchange({ port: simulator.port, timeoutMs, until: wholeBody });

  const sseFrames = (text: string): string[] =>
    chunkedBody(text)
      .split('\n\n')
      .filter((frame) => frame !== '');

  // The answer has six frames: role, three texts, finish, [DONE].
  it.each<[string, Fault, RawExchange['ended'], number, string]>([
    ['hang before headers', { kind: 'hang', at: 'before_headers' }, 'open', 0, 'aborted'],
    ['cut before headers', { kind: 'cut', at: 'before_headers' }, 'fin', 0, 'cut'],
    ['reset before headers', { kind: 'reset', at: 'before_headers' }, 'reset', 0, 'cut'],
    ['hang after the headers', { kind: 'hang', at: { afterFrame: 0 } }, 'open', 0, 'aborted'],
    ['reset after the headers', { kind: 'reset', at: { afterFrame: 0 } }, 'reset', 0, 'cut'],
    ['hang after two frames', { kind: 'hang', at: { afterFrame: 2 } }, 'open', 2, 'aborted'],
    ['cut after two frames', { kind: 'cut', at: { afterFrame: 2 } }, 'fin', 2, 'cut'],
    ['reset after two frames', { kind: 'reset', at: { afterFrame: 2 } }, 'reset', 2, 'cut'],
    ['cut instead of the end', { kind: 'cut', at: { afterFrame: 99 } }, 'fin', 6, 'cut'],
  ])('%s', async (_, fault, ended, frames, outcome) => {
    say({ fault });
    const seen = await ask(fault.kind === 'hang' ? 200 : 2000);
    expect(seen.ended).toBe(ended);
    expect(seen.text.startsWith('HTTP/1.1 200 OK\r\n')).toBe(
      fault.kind !== 'error' && 'at' in fault && fault.at !== 'before_headers',
    );
    expect(sseFrames(seen.text)).toHaveLength(frames);
    expect(seen.text.endsWith('0\r\n\r\n')).toBe(false);
    const [entry] = await simulator.waitForLedger({}, ([first]) => first?.sent.outcome !== 'open');
    expect(entry?.sent).toMatchObject({ frames, outcome, endedAtMs: expect.any(Number) });
  });

  it.each([0, 1, 57, 200])('cuts the body after byte %i exactly', async (afterByte) => {
    say({ fault: { kind: 'reset', at: { afterByte } } });
    const seen = await ask();
    expect(seen.ended).toBe('reset');
    expect(chunkedBody(seen.text)).toHaveLength(afterByte);
    expect(simulator.ledger()[0]?.sent.bodyBytes).toBe(afterByte);
  });

  it('counts a frame as sent when the cut is right behind it', async () => {
    simulator.addScript({
      answer: { kind: 'raw', chunks: ['ab', 'cd'] },
      delivery: { fault: { kind: 'cut', at: { afterByte: 2 } } },
    });
    expect(chunkedBody((await ask()).text)).toBe('ab');
    expect(simulator.ledger()[0]?.sent).toMatchObject({ frames: 1, bodyBytes: 2 });
  });

  it('cuts a whole body that had announced its length', async () => {
    say({ fault: { kind: 'cut', at: { afterByte: 40 } } });
    const { text, ended } = await exchange({
      port: simulator.port,
      body: { model: 'm', messages: [{ role: 'user' }] },
    });
    const announced = Number(/content-length: (\d+)/.exec(text)?.[1]);
    expect(announced).toBeGreaterThan(200);
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toHaveLength(40);
    expect(ended).toBe('fin');
  });

  it.each([
    ['/v1/chat/completions', /^data: \{"error":\{"message":"The server is overloaded".*"code":503\}\}$/],
    [
      '/v1/messages',
      /^event: error\ndata: \{"type":"error","error":\{"type":"overloaded_error","message":"Overloaded"\}\}$/,
    ],
  ])('puts an error object into the stream of %s and ends it properly', async (path, expected) => {
    say({ fault: { kind: 'error', afterFrame: 2 } });
    const body = { model: 'm', max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'Hi' }] };
    const { text } = await exchange({ port: simulator.port, path, body, until: wholeBody });
    expect(sseFrames(text)).toHaveLength(3);
    expect(sseFrames(text).at(-1)).toMatch(expected);
    expect(text.endsWith('0\r\n\r\n')).toBe(true);
  });

  it('sends garbage between two good frames', async () => {
    say({ fault: { kind: 'garbage', afterFrame: 2, bytes: { b64: '/////w==' } } });
    const { text } = await ask();
    const body = chunkedBody(text);
    expect(body.match(/\xff+/)?.[0]).toHaveLength(4);
    expect(body.split('\xff\xff\xff\xff')[1]).toMatch(/^data: .*"content":"two t"/);
    expect(body.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('breaks the JSON of one frame and goes on', async () => {
    say({ fault: { kind: 'malformed', frame: 2 } });
    const frames = sseFrames((await ask()).text).slice(0, -1);
    const parses = frames.map((frame) => {
      try {
        return typeof JSON.parse(frame.slice('data: '.length)) === 'object';
      } catch {
        return false;
      }
    });
    expect(parses).toEqual([true, true, false, true, true]);
  });

  it.each([
    [429, { 'retry-after': '7' }, 'rate_limit_error'],
    [500, {}, 'api_error'],
    [529, { 'x-should-retry': 'false' }, 'overloaded_error'],
  ])('answers %i with its headers and envelope', async (status, headers, type) => {
    simulator.addScript({ standing: true, answer: { kind: 'status', status, headers } });
    const anthropic = await fetch(`${simulator.url}/v1/messages`, { method: 'POST', body: '{}' });
    expect(anthropic.status).toBe(status);
    expect(Object.fromEntries(anthropic.headers)).toMatchObject(headers);
    const request_id = anthropic.headers.get('request-id');
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type }, request_id });
    const openai = await fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body: '{}' });
    expect(await openai.json()).toMatchObject({
      error: { message: expect.any(String), type: expect.any(String) },
    });
  });

  it('answers with a page of HTML, and with a body of the script', async () => {
    simulator.addScripts([
      { answer: { kind: 'status', status: 502, text: '<html>Bad gateway</html>' } },
      { answer: { kind: 'status', status: 200, body: { base_resp: { status_code: 1002 } } } },
    ]);
    const html = await fetch(`${simulator.url}/v1/messages`, { method: 'POST', body: '{}' });
    expect([html.status, html.headers.get('content-type'), await html.text()]).toEqual([
      502,
      'text/html',
      '<html>Bad gateway</html>',
    ]);
    const json = await fetch(`${simulator.url}/v1/messages`, { method: 'POST', body: '{}' });
    expect(await json.json()).toEqual({ base_resp: { status_code: 1002 } });
  });

  it.each([
    ['authorization', 'Bearer sk-secret-1'],
    ['x-api-key', 'sk-secret-1'],
  ])('echoes the key that came as %s', async (name, value) => {
    simulator.addScript({ answer: { kind: 'status', status: 401, echoKey: true } });
    const response = await fetch(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      body: '{}',
      headers: { [name]: value },
    });
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('provided: sk-secret-1.') },
    });
  });

  it('answers a stream with the wrong content type, or none', async () => {
    say({ headers: { 'Content-Type': 'text/plain' } });
    say({ headers: { 'content-type': '' } });
    expect((await ask()).text).toMatch(/\r\ncontent-type: text\/plain\r\n/);
    expect((await ask()).text).not.toMatch(/content-type/i);
  });

  it.each(['gzip', 'br', 'deflate', 'zstd'] as const)(
    'compresses a stream with %s, every frame readable at once',
    async (encoding) => {
      say({ encoding, betweenFramesMs: 25 });
      const response = await fetch(`${simulator.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
      });
      expect(response.headers.get('content-encoding')).toBe(encoding);
      const arrived: string[] = [];
      for await (const chunk of response.body ?? []) arrived.push(Buffer.from(chunk).toString());
      expect(arrived.length).toBeGreaterThanOrEqual(5);
      expect(arrived[1]).toMatch(/^data: .*"content":"one/);
      expect(arrived.at(-1)).toBe('data: [DONE]\n\n');
    },
  );

  it.each([
    ['close', true],
    ['silent_close', false],
  ] as const)('closes the connection after the answer: %s', async (connection, announced) => {
    say({ connection });
    const seen = await exchange({ port: simulator.port });
    expect(seen.ended).toBe('fin');
    expect(seen.text.endsWith('0\r\n\r\n')).toBe(true);
    expect(/\r\nconnection: close\r\n/i.test(seen.text)).toBe(announced);
  });

  it('keeps the connection for the next request otherwise', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let call = 0; call < 2; call += 1) {
      await new Promise<void>((resolve, reject) => {
        const sent = request(
          `${simulator.url}/v1/chat/completions`,
          { method: 'POST', agent },
          (response) => {
            response.resume().on('end', resolve);
          },
        );
        sent
          .on('error', reject)
          .end(JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] }));
      });
    }
    agent.destroy();
    expect(simulator.ledger().map(({ connection }) => connection.request)).toEqual([1, 2]);
    expect(new Set(simulator.ledger().map(({ connection }) => connection.id)).size).toBe(1);
  });
});
