import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const tool = {
  name: 'get_weather',
  description: 'Weather of a city',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
};

/** What a provider answers, and what the client gets for it. */
const REFUSALS = [
  [400, 400, 'invalid_request_error'],
  [401, 502, 'api_error'],
  [403, 502, 'api_error'],
  [404, 404, 'not_found_error'],
  [429, 429, 'rate_limit_error'],
  [500, 500, 'api_error'],
  [529, 529, 'overloaded_error'],
] as const;

describe.each(['openai', 'anthropic'] as const)('the official SDK, %s-format provider', (dialect) => {
  let simulator: Simulator;
  let gateway: Gateway;
  let client: Anthropic;

  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startGateway({
      config: {
        // One for each status: what one of them did is not held against the others.
        providers: ['p', ...REFUSALS.map(([upstream]) => `p${upstream}`)].map((name, index) => ({
          name,
          priority: index,
          api_format: dialect,
          api_key: 'up',
          base_url: dialect === 'openai' ? simulator.openAiUrl() : simulator.anthropicUrl(),
          models: { middle: ['m'] },
        })),
      },
    });
    client = new Anthropic({ baseURL: gateway.url, apiKey: gateway.apiKey, maxRetries: 0 });
  }, 60_000);

  beforeEach(() => simulator.reset());

  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  const ask = {
    model: 'claude-sonnet-5-5',
    max_tokens: 256,
    messages: [{ role: 'user' as const, content: 'Hi' }],
    tools: [tool],
  };

  it('reads the same answer streamed and whole', async () => {
    simulator.addScript({
      standing: true,
      answer: {
        kind: 'message',
        content: [
          { type: 'reasoning', text: 'Let me look at both cities.' },
          { type: 'text', text: 'I will look.' },
          { type: 'tool_call', name: 'get_weather', arguments: { city: 'Paris' }, id: 'call_1' },
          { type: 'tool_call', name: 'get_weather', arguments: { city: 'São Paulo' }, id: 'call_2' },
        ],
        usage: { input: 50, output: 20, cacheRead: 30 },
        interleaveToolCalls: dialect === 'openai',
      },
    });
    const whole = await client.messages.create(ask);
    const streamed = await client.messages.stream(ask).finalMessage();
    const blocks = [
      { type: 'thinking', thinking: 'Let me look at both cities.' },
      { type: 'text', text: 'I will look.' },
      { type: 'tool_use', name: 'get_weather', input: { city: 'Paris' } },
      { type: 'tool_use', name: 'get_weather', input: { city: 'São Paulo' } },
    ];
    for (const message of [whole, streamed]) {
      expect(message).toMatchObject({
        model: 'claude-sonnet-5-5',
        content: blocks,
        stop_reason: 'tool_use',
        usage: { input_tokens: 20, cache_read_input_tokens: 30, output_tokens: 20 },
      });
    }
  });

  it.each(REFUSALS)(
    'raises its own error class for a provider that answers %i',
    async (upstream, status, type) => {
      simulator.addScript({
        standing: true,
        answer: { kind: 'status', status: upstream, message: 'as told' },
      });
      const there = { ...ask, model: `p${upstream}/m` };
      for (const attempt of [
        () => client.messages.create(there),
        () => client.messages.stream(there).finalMessage(),
      ]) {
        const error: unknown = await attempt().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(APIError);
        expect(error).toMatchObject({ status, error: { type: 'error', error: { type } } });
      }
    },
  );

  it('leaves records that say what was asked', async () => {
    simulator.addScript({
      standing: true,
      answer: { kind: 'message', content: [{ type: 'text', text: 'Hi' }] },
    });
    const metadata = { user_id: 'user_1_account__session_5f1c' };
    await client.messages.stream({ ...ask, metadata }).finalMessage();
    await client.messages.create({ ...ask, model: 'p/m', metadata });
    await eventually(async () => {
      const page = await gateway.api('GET', '/api/stats/requests?session_id=5f1c');
      expect(await page.json()).toMatchObject({
        data: [
          { requested_model: 'p/m', stream: false, provider_name: 'p', model: 'm', status: 'success' },
          { requested_model: ask.model, stream: true, provider_name: 'p', model: 'm', status: 'success' },
        ],
      });
    }, 30_000);
  }, 40_000);

  it('counts tokens and lists models', async () => {
    const { input_tokens: tokens } = await client.messages.countTokens({
      model: ask.model,
      messages: ask.messages,
      tools: ask.tools,
    });
    expect(tokens).toBeGreaterThan(10);
    expect(tokens).toBeLessThan(200);
    const models = await client.models.list();
    expect(models.data.map((model) => model.id)).toEqual(['claude-sonnet-5-5', 'm']);
    expect(await client.models.retrieve('m')).toMatchObject({ id: 'm', type: 'model' });
  });
});
