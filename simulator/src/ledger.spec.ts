import { afterEach, describe, expect, it } from '@jest/globals';
import { CHAT, exchange, send } from '../test-support/raw-exchange.js';
import { startSimulator, type Simulator, type SimulatorOptions } from './simulator.js';

describe('the ledger', () => {
  let simulator: Simulator;
  afterEach(() => simulator.close());

  const start = async (options: SimulatorOptions = {}): Promise<void> => {
    simulator = await startSimulator(options);
  };

  const post = (path: string, body: unknown): Promise<string> =>
    fetch(simulator.url + path, {
      method: 'POST',
      headers: { 'x-api-key': 'sk-kept' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }).then((response) => response.text());

  it('keeps what was asked and what was sent', async () => {
    await start();
    simulator.addScript({
      name: 'greeting',
      answer: { kind: 'message', content: [{ type: 'text', text: 'Hello' }], usage: { input: 3, output: 1 } },
    });
    const body = { ...CHAT, max_tokens: 5 };
    const text = await post('/p/acme%20inc/v1/messages?beta=true', body);

    expect(simulator.ledger()).toEqual([
      expect.objectContaining({
        seq: 1,
        provider: 'acme inc',
        dialect: 'anthropic',
        endpoint: 'messages',
        method: 'POST',
        path: '/p/acme%20inc/v1/messages',
        query: 'beta=true',
        headers: expect.objectContaining({ 'x-api-key': 'sk-kept' }),
        body,
        bodyText: JSON.stringify(body),
        bodyBytes: JSON.stringify(body).length,
        script: 'greeting',
        sent: expect.objectContaining({
          status: 200,
          bodyBytes: text.length,
          frames: 7,
          usage: { input: 3, output: 1 },
          outcome: 'completed',
        }),
      }),
    ]);
  });

  it('sees within 100 ms that the peer has left, at the latest', async () => {
    await start();
    simulator.addScript({ answer: 'never finished', delivery: { betweenFramesMs: 60_000 } });
    const { socket } = await send({ port: simulator.port });
    await new Promise((resolve) => socket.once('data', resolve));
    const leftAt = performance.now();
    socket.destroy();
    const [entry] = await simulator.waitForLedger({}, ([first]) => first?.sent.outcome === 'aborted');
    expect(performance.now() - leftAt).toBeLessThan(100);
    expect(entry?.sent.frames).toBe(1);
    expect(entry?.sent.endedAtMs).toBeGreaterThanOrEqual(entry?.sent.firstByteAtMs ?? Infinity);
  });

  it('notes a request whose body never came whole', async () => {
    await start({ scripts: { answer: 'for somebody else' } });
    const { socket } = await send({ port: simulator.port, announcedBytes: 1000 });
    setTimeout(() => socket.destroy(), 20);
    const [entry] = await simulator.waitForLedger({}, ([first]) => first?.sent.outcome === 'aborted');
    expect(entry).toMatchObject({ bodyText: JSON.stringify(CHAT), sent: { status: null, frames: 0 } });
    expect(simulator.state().counters.open).toBe(0);
    expect(simulator.scripts()).toHaveLength(1);
  });

  it('drops the oldest entries beyond its bounds', async () => {
    await start({ ledgerEntries: 2 });
    for (const text of ['a', 'b', 'c']) await post('/v1/messages', text);
    expect(simulator.ledger().map(({ bodyText }) => bodyText)).toEqual(['b', 'c']);
    await simulator.close();

    await start({ ledgerBodyBytes: 25 });
    for (const text of ['a'.repeat(10), 'b'.repeat(10), 'c'.repeat(10)]) await post('/v1/messages', text);
    expect(simulator.ledger().map(({ bodyText }) => bodyText[0])).toEqual(['b', 'c']);
  });

  it('filters by provider, endpoint and position', async () => {
    await start();
    await post('/p/a/v1/messages', '{}');
    await post('/p/b/v1/messages', '{}');
    await post('/p/b/v1/messages/count_tokens', '{}');
    const seqs = (filter: Parameters<Simulator['ledger']>[0]) =>
      simulator.ledger(filter).map(({ seq }) => seq);
    expect(seqs({ provider: 'b' })).toEqual([2, 3]);
    expect(seqs({ endpoint: 'count_tokens' })).toEqual([3]);
    expect(seqs({ after: 1 })).toEqual([2, 3]);
    expect(seqs({ limit: 1 })).toEqual([3]);
  });

  it('counts per provider and how many answers ran at once', async () => {
    await start({ ledger: 'counters' });
    simulator.addScript({ times: 3, answer: 'slow', delivery: { headersAfterMs: 100 } });
    await Promise.all(
      ['a', 'a', 'b'].map((name) =>
        exchange({ port: simulator.port, path: `/p/${name}/v1/chat/completions`, timeoutMs: 400 }),
      ),
    );
    const { counters, providers } = simulator.state();
    expect(counters).toMatchObject({ requests: 3, completed: 3, open: 0, mostOpen: 3 });
    expect(counters.bytesReceived).toBe(3 * JSON.stringify(CHAT).length);
    expect(providers['a']).toMatchObject({ requests: 2, mostOpen: 2 });
    expect(simulator.ledger()).toEqual([]);
  });

  it('keeps nothing when it is off', async () => {
    await start({ ledger: 'off' });
    await post('/v1/messages', '{}');
    expect(simulator.ledger()).toEqual([]);
    expect(simulator.state().counters.requests).toBe(0);
  });

  it('says what it has when it was waited for in vain', async () => {
    await start();
    await post('/v1/messages', '{}');
    await expect(simulator.waitForLedger({}, () => false, 20)).rejects.toThrow(/within 20 ms: \[\{"seq":1/);
  });
});
