import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const EXPLAIN = { 'x-ccs-explain': '1' };
const TOKEN = 'scrape-me-if-you-can';
/** Two losses at an OpenAI-format provider: `top_k` matters little, where the model runs matters. */
const LOSSY = { top_k: 5, inference_geo: 'us' };

const ask = (model: string, more: Record<string, unknown> = {}) => ({
  model,
  max_tokens: 64,
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
});

describe('the loss ledger', () => {
  let simulator: Simulator;
  let gateway: Gateway;

  beforeAll(async () => {
    simulator = await startSimulator();
    const openai = { api_key: 'up', max_retries: 0, models: { middle: ['m'] } };
    gateway = await startGateway({
      config: {
        providers: [
          { ...openai, name: 'plain', base_url: simulator.openAiUrl('plain') },
          { ...openai, name: 'exact', base_url: simulator.openAiUrl('exact'), strict: true },
          {
            ...openai,
            name: 'passing',
            api_format: 'anthropic',
            base_url: simulator.anthropicUrl('passing'),
            profile: { betas: 'drop' },
          },
        ],
      },
      env: { METRICS_TOKEN: TOKEN },
    });
  }, 60_000);

  beforeEach(() => simulator.reset());

  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  const lossesOf = (response: Response): string[] | null =>
    response.headers.get('x-ccs-loss')?.split(',').sort() ?? null;
  const scrape = (authorization?: string) =>
    fetch(`${gateway.url}/metrics`, authorization === undefined ? {} : { headers: { authorization } });

  it.each([false, true])('is shown to whoever asks, stream: %s', async (stream) => {
    const response = await gateway.messages(ask('plain/m', { ...LOSSY, stream }), EXPLAIN);
    expect(response.status).toBe(200);
    expect(lossesOf(response)).toEqual(['inference_geo_dropped', 'top_k_dropped']);
    await response.text();
    expect(lossesOf(await gateway.messages(ask('plain/m', { ...LOSSY, stream })))).toBeNull();
    expect(lossesOf(await gateway.messages(ask('plain/m', { stream }), EXPLAIN))).toBeNull();
  });

  it('is shown on errors too', async () => {
    simulator.addScript({
      answer: { kind: 'status', status: 429, headers: { 'retry-after': '0' }, message: 'slow down' },
    });
    const response = await gateway.messages(ask('plain/m', { top_k: 5 }), EXPLAIN);
    expect(response.status).toBe(429);
    expect(lossesOf(response)).toEqual(['top_k_dropped']);
  });

  it('knows what pass-through drops', async () => {
    const response = await gateway.messages(ask('passing/m', { stream: true }), {
      ...EXPLAIN,
      'anthropic-beta': 'some-beta-2026-01-01',
    });
    expect(response.status).toBe(200);
    expect(lossesOf(response)).toEqual(['betas_dropped']);
  });

  it('makes a strict provider refuse what changes the model, before asking anybody', async () => {
    const refused = await gateway.messages(ask('exact/m', LOSSY), EXPLAIN);
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 400,
      body: {
        error: {
          type: 'invalid_request_error',
          message: expect.stringMatching(
            /provider 'exact' is strict.*inference_geo: .*\(inference_geo_dropped\)/,
          ),
        },
      },
    });
    expect(lossesOf(refused)).toEqual(['inference_geo_dropped']);
    expect(simulator.state().counters.requests).toBe(0);
    expect((await gateway.messages(ask('exact/m', { top_k: 5 }))).status).toBe(200);
  });

  it('makes a strict key refuse it everywhere', async () => {
    const created = await gateway.api('POST', '/api/api-keys', { name: 'strict', strict: true });
    const key = (await created.json()) as { api_key: string; strict: boolean };
    expect(key.strict).toBe(true);
    const headers = { 'x-api-key': key.api_key };
    const refused = await gateway.messages(ask('plain/m', LOSSY), headers);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('this API key is strict');
    expect(simulator.state().counters.requests).toBe(0);
    expect((await gateway.messages(ask('plain/m'), headers)).status).toBe(200);
  });

  it('is in the log and in the metrics, once a call', async () => {
    const count = async (line: string) => {
      const text = await (await scrape(`Bearer ${TOKEN}`)).text();
      return Number(
        text
          .split('\n')
          .find((each) => each.startsWith(`${line} `))
          ?.slice(line.length) ?? 0,
      );
    };
    const LOSS = 'ccs_conversion_losses_total{code="inference_geo_dropped",provider="plain"}';
    const REFUSED = 'ccs_calls_total{provider="",outcome="refused"}';
    const ANSWERED = 'ccs_calls_total{provider="plain",outcome="answered"}';
    const before = await Promise.all([LOSS, REFUSED, ANSWERED].map(count));
    const response = await gateway.messages(ask('plain/m', LOSSY));
    await response.text();
    await gateway.messages(ask('exact/m', LOSSY));
    await gateway.messages(ask('a-model-from-a-client', { max_tokens: 0 }));
    await eventually(async () =>
      expect(await Promise.all([LOSS, REFUSED, ANSWERED].map(count))).toEqual([
        (before[0] ?? 0) + 1,
        (before[1] ?? 0) + 1,
        (before[2] ?? 0) + 1,
      ]),
    );
    const id = response.headers.get('x-ccs-request-id') ?? 'none';
    await eventually(() => {
      const line = gateway
        .output()
        .split('\n')
        .find((each) => each.includes(id));
      expect(JSON.parse(line ?? '{}')).toMatchObject({
        msg: 'call answered',
        losses: expect.arrayContaining(['inference_geo_dropped', 'top_k_dropped']),
      });
    });
  });

  it('shows metrics to the holder of the token alone, without names clients made up', async () => {
    for (const authorization of [undefined, TOKEN, `Bearer ${TOKEN}x`, `Bearer ${gateway.apiKey}`]) {
      const refused = await scrape(authorization);
      expect([refused.status, await refused.text()]).toEqual([401, expect.not.stringContaining('ccs_calls')]);
    }
    await gateway.messages(ask('made-up-by-a-client'));
    const shown = await scrape(`Bearer ${TOKEN}`);
    const text = await shown.text();
    expect(shown.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect(text).toContain('ccs_call_first_byte_seconds_bucket');
    expect(text).not.toContain('made-up-by-a-client');
  });
});
