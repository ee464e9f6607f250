import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthHistory, HealthReport, ProviderHealth } from '@ccs/dto';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };
const SECRET = 'a secret of the operators';

interface Delivered {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Takes alerts; refuses as many as it is told to first. */
class AlertReceiver {
  readonly delivered: Delivered[] = [];
  refusals = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        this.delivered.push({ headers: request.headers, body });
        response.writeHead(this.refusals-- > 0 ? 503 : 204).end();
      });
    });
  }
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/alerts?token=geheim`;
  }
  types(): string[] {
    return this.delivered.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  }
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe('the health of providers', () => {
  let simulator: Simulator;
  let gateway: Gateway;
  const receiver = new AlertReceiver();

  beforeAll(async () => {
    simulator = await startSimulator();
    const url = await receiver.listen();
    const provider = (name: string, more: object) => ({
      name,
      api_key: 'up',
      base_url: simulator.openAiUrl(name),
      prices: { m: { input: 1, output: 2 } },
      ...more,
    });
    gateway = await startGateway({
      config: {
        circuit_breaker: { failure_threshold: 3, recovery_timeout: 1 },
        providers: [
          provider('well', { models: { big: ['broken', 'm'], small: ['m'] } }),
          provider('ill', { models: { ill: ['m'] } }),
          provider('fickle', { models: { fickle: ['m'] } }),
          provider('off', { enabled: false, models: { middle: ['m'] } }),
        ],
      },
      env: { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: SECRET },
    });
  }, 60_000);
  beforeEach(() => {
    simulator.reset();
    simulator.addScript({ standing: true, answer: 'x' });
    simulator.addScript({
      standing: true,
      match: { provider: 'ill' },
      answer: { kind: 'status', status: 500 },
    });
    simulator.addScript({
      standing: true,
      match: { model: 'broken' },
      answer: { kind: 'status', status: 404 },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
    receiver.close();
  }, 60_000);

  const get = async <T>(path: string): Promise<T> =>
    (await gateway.api('GET', `/api/health${path}`)).json() as T;
  /** Names of the events, and what the last one says. */
  const check = async (): Promise<{ names: string[]; result: unknown }> => {
    const json = { 'content-type': 'application/json' };
    const login = await fetch(`${gateway.url}/api/auth/login`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify(ADMIN),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const response = await fetch(`${gateway.url}/api/health/check`, {
      method: 'POST',
      headers: { ...json, accept: 'text/event-stream', authorization: `Bearer ${token}` },
      body: '{}',
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = (await response.text()).split('\n\n').filter((event) => event !== '');
    return {
      names: events.map((event) => /^event: (\w+)/.exec(event)?.[1] ?? ''),
      result: JSON.parse(events.at(-1)?.split('\ndata: ')[1] ?? ''),
    };
  };
  const call = async (model: string): Promise<number> => {
    const body = { model, max_tokens: 16, messages: [{ role: 'user', content: 'Hi' }] };
    const response = await gateway.messages(body);
    await response.arrayBuffer();
    return response.status;
  };

  it('is told without asking a provider anything', async () => {
    const report = await get<HealthReport>('');
    expect(report.status).toBe('not_checked');
    expect(report.providers.map(({ name, state, healthy }) => [name, state, healthy])).toEqual([
      ['well', 'unknown', null],
      ['ill', 'unknown', null],
      ['fickle', 'unknown', null],
      ['off', 'disabled', false],
    ]);
    expect(await get('/latest')).toMatchObject({ status: 'not_checked' });
    expect((await gateway.api('GET', '/api/health/nobody')).status).toBe(404);
    expect(simulator.ledger({})).toEqual([]);
  });

  it('is checked by hand, tier by tier, and remembered', async () => {
    const { names, result } = await check();
    expect([names[0], names.at(-1)]).toEqual(['started', 'result']);
    expect(names.filter((name) => name === 'tier')).toHaveLength(4);
    expect(result).toMatchObject({ healthy: 2, total: 3 });
    const well = await get<ProviderHealth>('/well?api_format=openai');
    expect(well).toMatchObject({
      state: 'healthy',
      error: null,
      categories: {
        big: { healthy: true, workingModel: 'm', testedModels: ['broken', 'm'] },
        small: { healthy: true, workingModel: 'm', responseTime: expect.any(Number) },
      },
    });
    const report = await get<HealthReport>('');
    expect([report.status, ...report.providers.map(({ state }) => state)]).toEqual([
      'partial',
      'healthy',
      'unhealthy',
      'healthy',
      'disabled',
    ]);
    // The cheapest question there is, once for each model.
    const asked = simulator.ledger({ provider: 'well' });
    expect(asked.map(({ bodyText }) => (JSON.parse(bodyText) as { model: string }).model).sort()).toEqual([
      'broken',
      'm',
    ]);
    // Nobody's call: it is not in the usage.
    const { rows } = await gateway.database.query('select count(*)::int as calls from usage_records');
    expect(rows).toEqual([{ calls: 0 }]);
    const { checks } = await get<HealthHistory>('/history?name=well');
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ trigger: 'manual', healthy: true, cost_usd: expect.any(Number) });
  });

  it('is learnt from traffic, and told to the operators once for each change', async () => {
    simulator.addScript({
      standing: true,
      match: { provider: 'fickle' },
      answer: { kind: 'status', status: 500 },
    });
    receiver.refusals = 1;
    for (let i = 0; i < 4; i++) expect(await call('fickle')).not.toBe(200);
    await eventually(async () => {
      expect(await get<ProviderHealth>('/fickle')).toMatchObject({
        state: 'unhealthy',
        breaker: { state: 'open', replicas_open: 1, replicas: 1 },
        last_failure: { error_class: 'transient' },
      });
    }, 20_000);
    // Refused once, it comes again with the same id.
    await eventually(() => expect(receiver.types()).toEqual(['provider.opened', 'provider.opened']), 30_000);
    const [first, second] = receiver.delivered;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    for (const { headers, body } of receiver.delivered) {
      const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
      const expected = createHmac('sha256', SECRET).update(content).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    }
    simulator.addScript({ standing: true, match: { provider: 'fickle' }, answer: 'x' });
    await eventually(async () => expect(await call('fickle')).toBe(200), 20_000);
    await eventually(() => expect(receiver.types().at(-1)).toBe('provider.recovered'), 30_000);
    await eventually(async () => {
      const { events, buckets } = await get<HealthHistory>('/history?name=fickle&hours=1&buckets=12');
      expect(events.map(({ kind }) => kind)).toEqual(['recovered', 'opened']);
      const attempts = buckets.reduce((sum, bucket) => sum + bucket.attempts, 0);
      expect(attempts).toBeGreaterThan(4);
      expect(buckets.every(({ success_rate: rate }) => rate !== null && rate < 1)).toBe(true);
    }, 20_000);
    expect(receiver.delivered).toHaveLength(3);
    expect(gateway.output()).not.toContain('geheim');
  }, 120_000);
});

describe('the schedule of probes', () => {
  it('asks each provider one token of its smallest model, whichever process runs it', async () => {
    const simulator = await startSimulator({ scripts: { standing: true, answer: 'x' } });
    const secrets = {
      JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
      ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
    };
    const options = {
      config: {
        providers: [
          {
            name: 'sim',
            api_key: 'k',
            base_url: simulator.openAiUrl('sim'),
            models: { big: ['large'], small: ['little'] },
          },
        ],
      },
      env: { ...secrets, HEALTH_PROBES: 'all', HEALTH_PROBE_INTERVAL: '10' },
    };
    const one = await startGateway(options);
    const two = await startGateway({ ...options, beside: one });
    try {
      await eventually(async () => {
        const { checks } = (await (await two.api('GET', '/api/health/history')).json()) as HealthHistory;
        expect(checks.length).toBeGreaterThan(0);
        expect(checks[0]).toMatchObject({ name: 'sim', trigger: 'schedule', healthy: true });
      }, 60_000);
      const asked = simulator.ledger({ provider: 'sim' });
      // One round, not one for each process.
      expect(asked).toHaveLength(1);
      expect(JSON.parse(asked[0]?.bodyText ?? '')).toMatchObject({ model: 'little', stream: true });
    } finally {
      await two.stop();
      await one.stop();
      await simulator.close();
    }
  }, 120_000);
});
