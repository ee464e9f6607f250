import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exchange } from '../../test-support/raw-exchange.js';
import { startSimulator, type Simulator } from '../simulator.js';

describe('the control API', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator();
  });
  beforeEach(() => simulator.reset());
  afterAll(() => simulator.close());

  async function control(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${simulator.url}/__sim${path}`, {
      method,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  const ask = async (): Promise<string> => {
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    const response = await fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body });
    const completion = (await response.json()) as { choices: { message: { content: string } }[] };
    return completion.choices[0]?.message.content ?? '';
  };

  it('adds, replaces, lists and drops scripts', async () => {
    expect(await control('POST', '/scripts', { answer: 'one' })).toMatchObject({
      status: 200,
      body: { added: 1 },
    });
    await control('POST', '/scripts', [
      { answer: 'two', times: 2 },
      { standing: true, answer: 'always' },
    ]);
    expect(await ask()).toBe('one');
    expect(await ask()).toBe('two');
    expect((await control('GET', '/scripts')).body).toEqual({
      scripts: [
        { answer: 'two', times: 1 },
        { standing: true, answer: 'always' },
      ],
    });
    await control('PUT', '/scripts', [{ answer: 'new' }]);
    expect(await ask()).toBe('new');
    expect(await ask()).toMatch(/simulator/);
    await control('PUT', '/scripts', { standing: true, answer: 'gone soon' });
    expect(await control('DELETE', '/scripts')).toMatchObject({ status: 200, body: { scripts: [] } });
    expect(await ask()).toMatch(/simulator/);
  });

  it('adds none of a list with a mistake in it', async () => {
    const refused = await control('PUT', '/scripts', [{ answer: 'fine' }, { answer: 5 }]);
    expect(refused).toEqual({
      status: 400,
      body: { error: { message: expect.stringContaining('scripts[1].answer') } },
    });
    expect(simulator.scripts()).toEqual([]);
  });

  it('shows and clears the ledger', async () => {
    await ask();
    await ask();
    const { body } = await control('GET', '/ledger?after=0&limit=1&provider=&endpoint=messages');
    expect(body).toMatchObject({
      entries: [{ method: 'POST', body: { model: 'm' }, sent: { status: 200 } }],
    });
    const [entry] = simulator.ledger();
    expect(await control('GET', `/ledger/${entry?.seq}`)).toMatchObject({
      status: 200,
      body: { seq: entry?.seq },
    });
    await control('DELETE', '/ledger');
    expect((await control('GET', '/ledger')).body).toEqual({ entries: [] });
    expect((await control('GET', `/ledger/${entry?.seq}`)).status).toBe(404);
  });

  it('opens gates and resets', async () => {
    const script = { answer: 'slow', delivery: { gates: [{ afterFrame: 1, name: 'half way' }] } };
    await control('POST', '/scripts', [script, script]);
    const first = exchange({ port: simulator.port, until: (text) => text.endsWith('0\r\n\r\n') });
    await simulator.gateReached('half way');
    expect((await control('GET', '/gates')).body).toEqual({ waiting: { 'half way': 1 } });
    expect((await control('POST', '/gates/half%20way')).body).toEqual({ wasWaiting: true });
    expect((await first).text).toMatch(/slow/);

    const second = exchange({ port: simulator.port, until: (text) => text.endsWith('0\r\n\r\n') });
    await simulator.gateReached('half way');
    expect(await control('POST', '/reset')).toMatchObject({
      body: { counters: { requests: 0 }, scripts: { queued: 0, standing: 0 }, gatesWaiting: {} },
    });
    expect((await second).text).toMatch(/slow/);
  });

  it('tells its state', async () => {
    await ask();
    expect((await control('GET', '/state')).body).toMatchObject({
      url: simulator.url,
      process: { pid: process.pid, cpuMs: expect.any(Number) },
      ledger: 'full',
      counters: { requests: 1, completed: 1 },
    });
  });

  it.each([
    ['GET', '/nothing', undefined, 404, 'GET|POST|PUT|DELETE /__sim/scripts'],
    ['PATCH', '/scripts', undefined, 405, '/__sim/scripts takes GET, POST, PUT, DELETE, not PATCH'],
    ['POST', '/scripts', '{"answer":', 400, 'request body: must be JSON'],
    ['GET', '/ledger?limt=1', undefined, 400, 'unknown parameter "limt"'],
    ['GET', '/ledger?limit=x', undefined, 400, 'query.limit: must be a whole number'],
    ['GET', '/ledger?endpoint=chat', undefined, 400, 'query.endpoint: must be one of'],
    ['GET', '/ledger/77', undefined, 404, 'no entry 77'],
    ['POST', '/gates/%zz', undefined, 400, 'percent-encoded'],
  ])('refuses %s %s with words that help', async (method, path, body, status, words) => {
    expect(await control(method, path, body)).toEqual({
      status,
      body: { error: { message: expect.stringContaining(words) } },
    });
  });

  it('lists what there is', async () => {
    const { body } = await control('GET', '/');
    expect(body).toMatchObject({ resources: expect.arrayContaining(['POST /__sim/reset']) });
  });
});
