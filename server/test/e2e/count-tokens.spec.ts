import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const prose = (length: number): string =>
  'The quick brown fox jumps over 13 lazy dogs; größer, 日本語!\n'.repeat(length / 50 + 1).slice(0, length);
const ask = (model: string, content: string) => ({ model, messages: [{ role: 'user', content }] });

describe('count_tokens', () => {
  let simulator: Simulator;
  let gateway: Gateway;

  beforeAll(async () => {
    simulator = await startSimulator();
    const entry = { api_key: 'up', max_retries: 0, models: { middle: ['m'] } };
    const passing = { ...entry, api_format: 'anthropic', base_url: simulator.anthropicUrl('passing') };
    gateway = await startGateway({
      config: {
        providers: [
          { ...entry, name: 'plain', base_url: simulator.openAiUrl('plain') },
          { ...passing, name: 'local' },
          { ...passing, name: 'asked', count_tokens: 'upstream', profile: { betas: 'drop' } },
          {
            ...passing,
            name: 'dead',
            count_tokens: 'upstream',
            base_url: 'http://127.0.0.1:9',
          },
        ],
      },
    });
  }, 60_000);

  beforeEach(() => simulator.reset());

  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  async function count(body: unknown, headers: Record<string, string> = {}): Promise<number> {
    const response = await fetch(`${gateway.url}/v1/messages/count_tokens?beta=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': gateway.apiKey, ...headers },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return ((await response.json()) as { input_tokens: number }).input_tokens;
  }

  it('asks the provider whose entry says so, by the rules of pass-through', async () => {
    const own = await count(ask('local/m', prose(2_000)));
    expect(simulator.state().counters.requests).toBe(0);
    const theirs = await count(ask('asked/m', prose(2_000)), {
      'anthropic-beta': 'some-beta-2026-01-01',
      'x-secret': 'mine',
    });
    // The simulator says a token per four bytes.
    expect(theirs).not.toBe(own);
    const asked = simulator.ledger({ endpoint: 'count_tokens' });
    expect(asked).toEqual([
      expect.objectContaining({
        query: expect.stringContaining('beta=true'),
        body: ask('m', prose(2_000)),
        headers: expect.objectContaining({ 'x-api-key': 'up', 'anthropic-version': '2023-06-01' }),
      }),
    ]);
    expect(asked[0]?.headers).not.toHaveProperty('x-secret');
    expect(asked[0]?.headers).not.toHaveProperty('anthropic-beta');
  });

  it('asks no provider that the key may not use', async () => {
    const body = { name: 'restricted', allowed_providers: ['local', 'plain'] };
    const made = (await (await gateway.api('POST', '/api/api-keys', body)).json()) as { api_key: string };
    const own = await count(ask('local/m', prose(2_000)));
    const restricted = { 'x-api-key': made.api_key };
    expect(await count(ask('asked/m', prose(2_000)), restricted)).toBe(own);
    expect(simulator.state().counters.requests).toBe(0);
  });

  it('counts itself when that provider cannot, within two seconds', async () => {
    const own = await count(ask('local/m', prose(2_000)));
    expect(await count(ask('dead/m', prose(2_000)))).toBe(own);
    simulator.addScript({ match: { endpoint: 'count_tokens' }, answer: { kind: 'status', status: 500 } });
    expect(await count(ask('asked/m', prose(2_000)))).toBe(own);
    simulator.addScript({
      match: { endpoint: 'count_tokens' },
      answer: 'late',
      delivery: { fault: { kind: 'hang', at: 'before_headers' } },
    });
    const startedAt = performance.now();
    expect(await count(ask('asked/m', prose(2_000)))).toBe(own);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it("learns a model's factor from the usage its calls report", async () => {
    const text = prose(4_000);
    const before = await count(ask('plain/m', text));
    simulator.addScript({
      standing: true,
      answer: {
        kind: 'message',
        content: [{ type: 'text', text: 'ok' }],
        usage: { input: before * 2, output: 1 },
      },
    });
    const answer = await gateway.messages({ ...ask('plain/m', text), max_tokens: 8 });
    await answer.text();
    await eventually(async () => expect(await count(ask('plain/m', text))).toBe(before * 2));
    expect(await count(ask('local/m', text))).toBe(before);
  });

  it('leaves the event loop to others during a burst of 50 counts of 100 KB', async () => {
    const body = ask('local/m', prose(100_000));
    await count(body);
    const calm = await healthLatencies(Promise.resolve(sleep(1_000)));
    await loopLagMs();
    const startedAt = performance.now();
    const burst = Promise.all(Array.from({ length: 50 }, () => count(body)));
    const busy = await healthLatencies(burst);
    const tookMs = performance.now() - startedAt;
    const lag = await loopLagMs();
    expect(new Set(await burst).size).toBe(1);
    console.log(
      `50 x 100 KB count_tokens in ${tookMs.toFixed(0)} ms; GET /health during it: ` +
        `p50 ${quantile(busy, 0.5)} ms, p99 ${quantile(busy, 0.99)} ms of ${busy.length} ` +
        `(at rest: p50 ${quantile(calm, 0.5)} ms, p99 ${quantile(calm, 0.99)} ms); ` +
        `event loop's delay: p99 ${lag.p99} ms, max ${lag.max} ms`,
    );
    // A tokenizer in the main thread would let the others wait for most of the burst; a busy machine does for some.
    expect(quantile(busy, 0.5)).toBeLessThan(tookMs / 10);
  }, 60_000);

  /** Since the last time; prom-client's timer of 10 ms is taken off. */
  async function loopLagMs(): Promise<{ p99: string; max: string }> {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const read = (name: string): string => {
      const seconds = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text)?.[1];
      return Math.max(0, Number(seconds) * 1000 - 10).toFixed(1);
    };
    return { p99: read('p99'), max: read('max') };
  }

  /** One request after the other, until `end` has come. */
  async function healthLatencies(end: Promise<unknown>): Promise<number[]> {
    let over = false;
    void end.finally(() => (over = true));
    const latencies: number[] = [];
    do {
      const startedAt = performance.now();
      await (await fetch(`${gateway.url}/health`)).text();
      latencies.push(performance.now() - startedAt);
      await sleep(1);
    } while (!over);
    return latencies;
  }
});

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
}
