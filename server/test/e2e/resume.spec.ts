import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import type { Message } from '@anthropic-ai/sdk/resources/messages.js';
import { startSimulator, type Answer, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { SseReader } from '../support/sse-reader.js';
import { grammarFault, textOf } from '../support/stream-grammar.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

type Dialect = 'openai' | 'anthropic';

const TEXT = 'The bridge — built 1895 — spans two banks.\n\nIt  still   stands: “sturdy”.';
const ANSWER: Answer = {
  kind: 'message',
  content: [{ type: 'text', text: TEXT, pieces: 5 }],
  continuesPrefill: true,
};
/** A provider that was named is never kept out, however often it fails. */
const NAMED = { 'x-provider-name': 'weak', 'x-allow-fallback': 'true' };
const CALLERS = 8;

describe.each([
  ['openai', 'anthropic'],
  ['anthropic', 'openai'],
] as const)('a text from an %s-format provider that is continued by an %s-format one', (weak, strong) => {
  let simulator: Simulator;
  let gateway: Gateway;
  let client: Anthropic;

  beforeAll(async () => {
    simulator = await startSimulator({ ledgerEntries: 20_000 });
    const provider = (name: string, dialect: Dialect, more: Record<string, unknown> = {}) => ({
      name,
      api_format: dialect,
      api_key: 'up',
      base_url: dialect === 'openai' ? simulator.openAiUrl(name) : simulator.anthropicUrl(name),
      models: { middle: ['m'] },
      ...more,
    });
    gateway = await startGateway({
      config: {
        providers: [
          provider('weak', weak, {
            resume_streams: true,
            priority: 1,
            prices: { m: { input: 1, output: 2 } },
          }),
          provider('plain', weak, { models: { other: ['n'] } }),
          provider('strong', strong, { priority: 2, prices: { m: { input: 10, output: 20 } } }),
        ],
        model_aliases: { 'never-resumed': ['plain/n', 'strong/m'], 'resumed-once': ['weak/m', 'strong/m'] },
      },
    });
    client = new Anthropic({
      baseURL: gateway.url,
      apiKey: gateway.apiKey,
      maxRetries: 0,
      defaultHeaders: NAMED,
    });
  }, 60_000);

  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  const ask = {
    model: 'm',
    max_tokens: 256,
    thinking: { type: 'enabled' as const, budget_tokens: 1024 },
    messages: [{ role: 'user' as const, content: 'Tell me of the bridge' }],
  };
  const told = ({ content, stop_reason, role, model }: Message) => ({
    text: content.map((block) => (block.type === 'text' ? block.text : block.type)),
    stop_reason,
    role,
    model,
  });
  const stream = (model: string): Promise<Response> => gateway.messages({ ...ask, model, stream: true });

  it('is not continued without resume_streams', async () => {
    simulator.reset();
    simulator.addScript({
      match: { provider: 'plain' },
      answer: ANSWER,
      delivery: { fault: { kind: 'cut', at: { afterFrame: 4 } } },
    });
    const events = await new SseReader(await stream('never-resumed')).readToEnd();
    expect(grammarFault(events)).toBeNull();
    expect(events.at(-1)?.type).toBe('error');
  });

  it('is not continued across a tool call', async () => {
    simulator.reset();
    simulator.addScript({
      match: { provider: 'weak' },
      answer: {
        kind: 'message',
        content: [
          { type: 'text', text: 'I look.' },
          { type: 'tool_call', name: 'Read', arguments: { path: '/etc/hosts' }, pieces: 6 },
        ],
      },
      delivery: { fault: { kind: 'cut', at: { afterFrame: weak === 'openai' ? 5 : 8 } } },
    });
    const events = await new SseReader(await stream('resumed-once')).readToEnd();
    expect(grammarFault(events)).toBeNull();
    expect(events.at(-1)?.type).toBe('error');
    expect(simulator.ledger({ provider: 'strong' })).toEqual([]);
  });

  it('is continued once in a call, and by a third attempt if the second does not begin', async () => {
    simulator.reset();
    const cut = { fault: { kind: 'cut', at: { afterFrame: weak === 'openai' ? 3 : 4 } } } as const;
    simulator.addScript({ match: { provider: 'weak' }, answer: ANSWER, delivery: cut });
    simulator.addScript({ match: { provider: 'strong' }, answer: { kind: 'status', status: 529 } });
    simulator.addScript({ standing: true, answer: ANSWER });
    const whole = await new SseReader(await stream('resumed-once')).readToEnd();
    expect(grammarFault(whole)).toBeNull();
    expect([textOf(whole), whole.at(-1)?.type]).toEqual([TEXT, 'message_stop']);

    simulator.reset();
    const again = { fault: { kind: 'cut', at: { afterFrame: 4 } } } as const;
    simulator.addScript({ match: { provider: 'weak' }, answer: ANSWER, delivery: cut });
    simulator.addScript({ match: { provider: 'strong' }, answer: ANSWER, delivery: again });
    const broken = await new SseReader(await stream('resumed-once')).readToEnd();
    expect(grammarFault(broken)).toBeNull();
    expect(broken.at(-1)?.type).toBe('error');
    expect(simulator.ledger({}).length).toBe(2);
  });

  it('is recorded with both attempts, each at the price of its own target', async () => {
    simulator.reset();
    simulator.addScript({
      match: { provider: 'weak' },
      answer: ANSWER,
      delivery: { fault: { kind: 'cut', at: { afterFrame: 4 } } },
    });
    simulator.addScript({ standing: true, answer: { ...ANSWER, usage: { input: 100, output: 50 } } });
    const response = await stream('resumed-once');
    expect(textOf(await new SseReader(response).readToEnd())).toBe(TEXT);
    const id = (response.headers.get('x-ccs-request-id') ?? '').replace('req_', '');
    await eventually(async () => {
      const { rows } = await gateway.database.query(
        `select provider, status, attempts, estimated, input_tokens::int as input, output_tokens::int as output,
           cost_nano_usd::int as cost,
           (select json_agg(json_build_object('provider', a.provider, 'outcome', a.outcome,
             'input', a.input_tokens, 'output', a.output_tokens) order by attempt_no)
            from usage_attempts a where a.request_id = r.request_id) as trace
         from usage_records r where request_id = '${id}'`,
      );
      const { trace, ...record } = rows[0] as { trace: { input: number; output: number }[] };
      expect(trace).toMatchObject([
        { provider: 'weak', outcome: 'failed' },
        { provider: 'strong', outcome: 'answered', input: 100, output: 50 },
      ]);
      const [first] = trace;
      const { input = 0, output = 0 } = first ?? {};
      expect(input * output).toBeGreaterThan(0);
      expect(record).toEqual({
        provider: 'strong',
        status: 'success',
        attempts: 2,
        estimated: true,
        input: input + 100,
        output: output + 50,
        cost: 1000 * input + 2000 * output + 10_000 * 100 + 20_000 * 50,
      });
    }, 30_000);
  }, 60_000);

  it('fails as a stream does when nobody can continue it', async () => {
    simulator.reset();
    simulator.addScript({
      match: { provider: 'weak' },
      answer: ANSWER,
      delivery: { fault: { kind: 'cut', at: { afterFrame: 4 } } },
    });
    simulator.addScript({ standing: true, answer: { kind: 'status', status: 400 } });
    await expect(client.messages.stream(ask).finalMessage()).rejects.toBeInstanceOf(APIError);
  });

  // Last: so many failures open the breaker of a provider that is not asked for by name.
  it('is one whole message for the official SDK, wherever the stream is cut', async () => {
    simulator.reset();
    simulator.addScript({ standing: true, answer: ANSWER });
    const uncut = told(await client.messages.stream(ask).finalMessage());
    expect(uncut.text).toEqual([TEXT]);
    const length = simulator.ledger({ provider: 'weak' })[0]?.sent.bodyBytes ?? 0;
    expect(length).toBeGreaterThan(500);
    let next = 0;
    const caller = async (): Promise<void> => {
      while (next < length) {
        const afterByte = next++;
        simulator.addScript({
          match: { provider: 'weak' },
          answer: ANSWER,
          delivery: { fault: { kind: afterByte % 2 === 0 ? 'cut' : 'reset', at: { afterByte } } },
        });
        const message = await client.messages.stream(ask).finalMessage();
        expect(told(message)).toEqual(uncut);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    const continued = simulator
      .ledger({ provider: 'strong' })
      .filter(({ bodyText }) => bodyText.includes('The bridge'));
    // Others come before the first text, after the end, or with a reset that takes what was on its way with it.
    expect(continued.length).toBeGreaterThan(length / 20);
  }, 120_000);
});
