import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { takeDatabaseAway } from '../support/outage.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

interface ProbeBody {
  readonly status: string;
  readonly details: Readonly<Record<string, { readonly status: string } & Record<string, unknown>>>;
}

describe('the probes of a gateway', () => {
  let simulator: Simulator;
  let gateway: Gateway;

  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startGateway({
      config: {
        providers: [
          { name: 'sim', api_key: 'k', base_url: simulator.openAiUrl('sim'), models: { middle: ['m'] } },
        ],
      },
      env: { SHUTDOWN_TIMEOUT: '20' },
    });
  }, 60_000);
  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  const probe = async (path: string): Promise<{ status: number; body: ProbeBody }> => {
    const response = await fetch(`${gateway.url}/health/${path}`);
    return { status: response.status, body: (await response.json()) as ProbeBody };
  };
  const dependencies = async (): Promise<{ status: number; body: ProbeBody }> => {
    const response = await gateway.api('GET', '/health/dependencies');
    return { status: response.status, body: (await response.json()) as ProbeBody };
  };
  const wordsOf = ({ details }: ProbeBody): Record<string, string> =>
    Object.fromEntries(Object.entries(details).map(([name, { status }]) => [name, status]));

  it('say that all is well, with figures only for those who may see them', async () => {
    expect(await probe('live')).toEqual({ status: 200, body: { status: 'ok' } });
    const ready = await probe('ready');
    expect(ready.status).toBe(200);
    const up = { status: 'up' };
    const own = { snapshot: up, draining: up, journal: up, event_loop: up };
    expect(ready.body.details).toEqual({ ...own, database: up, changes: up, queue: up, disk: up });
    const strict = await dependencies();
    expect(strict).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(strict.body.details).toMatchObject({
      database: { answered_in_ms: expect.any(Number) },
      queue: { waiting: expect.any(Number), lag_seconds: 0 },
      disk: { free_bytes: expect.any(Number) },
      snapshot: { providers: 1 },
    });
    expect((await fetch(`${gateway.url}/health/dependencies`)).status).toBe(401);
  });

  it('keep a process in service whose database is away, and tell the strict view', async () => {
    const away = await takeDatabaseAway(gateway.database.url);
    try {
      await eventually(async () => {
        const ready = await probe('ready');
        expect([ready.status, ready.body.status, wordsOf(ready.body)['database']]).toEqual([
          200,
          'degraded',
          'degraded',
        ]);
      }, 20_000);
      expect((await probe('live')).status).toBe(200);
    } finally {
      await away.bringBack();
    }
    await eventually(async () => expect((await probe('ready')).body.status).toBe('ok'), 20_000);
    await eventually(async () => expect((await dependencies()).status).toBe(200), 20_000);
  }, 60_000);

  it('take a process out of service while its event loop is stuck', async () => {
    gateway.process.kill('SIGSTOP');
    const answer = probe('ready');
    await sleep(6_500);
    gateway.process.kill('SIGCONT');
    expect(await answer).toMatchObject({
      status: 503,
      body: { status: 'error', details: { event_loop: { status: 'down' } } },
    });
    await eventually(async () => expect((await probe('ready')).status).toBe(200), 10_000);
    expect(gateway.output()).toContain('the event loop is stuck');
  }, 30_000);

  // Last: it ends the gateway.
  it('take a process out of service while it ends, and say that it still lives', async () => {
    simulator.addScript({ answer: 'hello', delivery: { headersAfterMs: 4_000 } });
    const call = gateway.messages({
      model: 'm',
      max_tokens: 16,
      messages: [{ role: 'user', content: 'Hi' }],
    });
    await eventually(() => expect(simulator.ledger({ provider: 'sim' })).toHaveLength(1));
    gateway.process.kill('SIGTERM');
    await eventually(async () => {
      const ready = await probe('ready');
      expect([ready.status, wordsOf(ready.body)['draining']]).toEqual([503, 'down']);
    });
    expect((await probe('live')).status).toBe(200);
    expect((await call).status).toBe(200);
  }, 30_000);
});
