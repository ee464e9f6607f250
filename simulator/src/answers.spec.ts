import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { exchange } from '../test-support/raw-exchange.js';
import { startSimulator, type Answer, type Simulator } from './simulator.js';

describe('scripted answers, read by the official clients', () => {
  let simulator: Simulator;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeAll(async () => {
    simulator = await startSimulator();
    openai = new OpenAI({ baseURL: simulator.openAiUrl('deep'), apiKey: 'sk-test', maxRetries: 0 });
    anthropic = new Anthropic({
      baseURL: simulator.anthropicUrl('claude'),
      apiKey: 'sk-test',
      maxRetries: 0,
    });
  });
  beforeEach(() => simulator.reset());
  afterAll(() => simulator.close());

  const chat = { model: 'up-model', messages: [{ role: 'user' as const, content: 'Hi' }] };
  const claude = { ...chat, max_tokens: 1024 };

  async function openAiDeltas(): Promise<OpenAI.ChatCompletionChunk[]> {
    const stream = await openai.chat.completions.create({
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  const twoTools: Answer = {
    kind: 'message',
    content: [
      { type: 'text', text: 'Checking the weather in Zürich 🌦️ and the time, one moment.' },
      { type: 'tool_call', name: 'get_weather', arguments: { city: 'Zürich' }, pieces: 4 },
      { type: 'tool_call', name: 'now', arguments: {} },
    ],
    usage: { input: 100, output: 20, cacheRead: 60, cacheWrite: 10, reasoning: 5 },
  };

  it.each([
    ['one after the other', false],
    ['interleaved', true],
  ])('gives the same tool calls streamed and whole, %s', async (_, interleaveToolCalls) => {
    simulator.addScript({ standing: true, answer: { ...twoTools, interleaveToolCalls } });

    const whole = await openai.chat.completions.create(chat);
    const streamed = await openai.chat.completions.stream(chat).finalChatCompletion();

    const calls = (answer: OpenAI.ChatCompletion) =>
      answer.choices[0]?.message.tool_calls?.map((call) => ('function' in call ? call.function : undefined));
    expect(calls(whole)).toEqual([
      { name: 'get_weather', arguments: '{"city":"Zürich"}' },
      { name: 'now', arguments: '{}' },
    ]);
    expect(calls(streamed)).toEqual(calls(whole)?.map((call) => expect.objectContaining(call ?? {})));
    expect(streamed.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect([whole, streamed].map((answer) => answer.choices[0]?.finish_reason)).toEqual([
      'tool_calls',
      'tool_calls',
    ]);
  });

  it('mixes the argument pieces of interleaved calls', async () => {
    simulator.addScript({ answer: { ...twoTools, interleaveToolCalls: true } });
    const indexes = (await openAiDeltas()).flatMap(
      (chunk) => chunk.choices[0]?.delta.tool_calls?.map(({ index }) => index) ?? [],
    );
    expect(indexes).toEqual([0, 1, 0, 1, 0, 1, 0, 0]);
  });

  it('gives the same message streamed and whole in the Anthropic dialect', async () => {
    simulator.addScript({ standing: true, answer: twoTools });

    const whole = await anthropic.messages.create(claude);
    const streamed = await anthropic.messages.stream(claude).finalMessage();

    const withoutIds = ({ content }: Anthropic.Message) => content.map((block) => ({ ...block, id: '' }));
    expect(withoutIds(streamed)).toEqual(withoutIds(whole));
    expect(whole.content[1]).toMatchObject({
      type: 'tool_use',
      name: 'get_weather',
      input: { city: 'Zürich' },
    });
    expect(whole.stop_reason).toBe('tool_use');
    expect(streamed.usage).toEqual(whole.usage);
    expect(whole.usage).toMatchObject({
      input_tokens: 30,
      output_tokens: 20,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 10,
    });
  });

  it('never gives two tool calls the same id', async () => {
    simulator.addScript({ standing: true, answer: twoTools });
    const messages = await Promise.all([
      anthropic.messages.create(claude),
      anthropic.messages.create(claude),
    ]);
    const ids = messages.flatMap(({ content }) =>
      content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])),
    );
    expect(new Set(ids).size).toBe(4);
  });

  it.each([
    ['reasoning_content', { reasoning_content: 'Hmm, well.' }, 'Yes.'],
    ['reasoning', { reasoning: 'Hmm, well.' }, 'Yes.'],
    ['think_tags', {}, '<think>\nHmm, well.\n</think>\n\nYes.'],
  ] as const)('puts reasoning into %s', async (field, fields, content) => {
    const answer: Answer = {
      kind: 'message',
      content: [
        { type: 'reasoning', text: 'Hmm, well.', field, pieces: 3 },
        { type: 'text', text: 'Yes.' },
      ],
    };
    simulator.addScript({ standing: true, answer });

    const whole = await openai.chat.completions.create(chat);
    expect(whole.choices[0]?.message).toEqual({ role: 'assistant', refusal: null, content, ...fields });

    const joined: Record<string, string> = {};
    for (const chunk of await openAiDeltas()) {
      for (const [name, value] of Object.entries(chunk.choices[0]?.delta ?? {})) {
        if (typeof value === 'string' && name !== 'role') joined[name] = (joined[name] ?? '') + value;
      }
    }
    expect(joined).toEqual({ content, ...fields });

    const thinking = await anthropic.messages.stream(claude).finalMessage();
    expect(thinking.content).toMatchObject([
      { type: 'thinking', thinking: 'Hmm, well.', signature: expect.stringMatching(/^Eq/) },
      { type: 'text', text: 'Yes.' },
    ]);
  });

  it.each([
    ['stop', 'stop', 'end_turn'],
    ['length', 'length', 'max_tokens'],
    ['content_filter', 'content_filter', 'refusal'],
    ['refusal', 'stop', 'refusal'],
    ['insufficient_system_resource', 'insufficient_system_resource', 'insufficient_system_resource'],
  ])('says %s in the words of each dialect', async (finish, finishReason, stopReason) => {
    simulator.addScript({
      standing: true,
      answer: { kind: 'message', content: [{ type: 'text', text: 'No.' }], finish },
    });

    const completion = await openai.chat.completions.create(chat);
    expect(completion.choices[0]?.finish_reason).toBe(finishReason);
    expect(completion.choices[0]?.message[finish === 'refusal' ? 'refusal' : 'content']).toBe('No.');
    expect((await anthropic.messages.create(claude)).stop_reason).toBe(stopReason);
  });

  it.each([
    ['own_chunk', [['usage only', 1]]],
    ['finish_chunk', [['with finish', 1]]],
    [
      'every_chunk',
      [
        ['content', 3],
        ['with finish', 1],
      ],
    ],
    ['none', []],
  ] as const)('reports usage as %s', async (usageIn, expected) => {
    simulator.addScript({
      answer: {
        kind: 'message',
        content: [{ type: 'text', text: 'Hello there', pieces: 2 }],
        ...(usageIn === 'none'
          ? { usage: 'none' }
          : { usage: { input: 9, output: 4, cacheRead: 3 }, usageIn }),
      },
    });
    const places = new Map<string, number>();
    for (const { usage, choices } of await openAiDeltas()) {
      if (usage === undefined || usage === null) continue;
      expect(usage).toMatchObject({
        prompt_tokens: 9,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 3 },
      });
      const place =
        choices.length === 0 ? 'usage only' : choices[0]?.finish_reason ? 'with finish' : 'content';
      places.set(place, (places.get(place) ?? 0) + 1);
    }
    expect([...places]).toEqual(expected);
  });

  it('sends stream usage only to those who ask for it', async () => {
    const stream = await openai.chat.completions.create({ ...chat, stream: true });
    for await (const chunk of stream) expect(chunk).not.toHaveProperty('usage');
  });

  it('gives everybody the same bytes of an answer that leaves nothing open', async () => {
    simulator.addScript({
      standing: true,
      answer: { kind: 'message', content: [], id: 'chatcmpl-1', model: 'm', respondAs: 'stream' },
    });
    const bodies = [
      { ...chat, stream: false },
      { ...chat, stream_options: { include_usage: true } },
      'no call at all',
    ];
    const texts = await Promise.all(
      bodies.map((body) =>
        fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) }).then(
          (response) => response.text(),
        ),
      ),
    );
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toMatch(/"usage":\{"prompt_tokens":100/);
  });

  it('keeps the input count back until the end if told so', async () => {
    simulator.addScript({
      answer: { kind: 'message', content: [], usage: { input: 50, output: 7 }, usageIn: 'finish_chunk' },
    });
    const usages: unknown[] = [];
    for await (const event of anthropic.messages.stream(claude)) {
      if (event.type === 'message_start') usages.push(event.message.usage.input_tokens);
      if (event.type === 'message_delta') usages.push(event.usage.input_tokens, event.usage.output_tokens);
    }
    expect(usages).toEqual([0, 50, 7]);
  });

  it('walks through the steps of a tool loop by the rounds in the request', async () => {
    simulator.addScript({
      standing: true,
      answer: {
        kind: 'steps',
        steps: [
          { kind: 'message', content: [{ type: 'tool_call', name: 'Bash', arguments: { command: 'ls' } }] },
          { kind: 'message', content: [{ type: 'tool_call', name: 'Read', arguments: { file_path: '/a' } }] },
          'All done.',
        ],
      },
    });
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Look around.' }];
    const seen: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { content } = await anthropic.messages.create({ ...claude, messages });
      const block = content[0];
      seen.push(block?.type === 'tool_use' ? block.name : block?.type === 'text' ? block.text : '');
      messages.push({ role: 'assistant', content });
      if (block?.type !== 'tool_use') break;
      const result = { type: 'tool_result' as const, tool_use_id: block.id, content: 'ok' };
      const reminder = { type: 'text' as const, text: '<system-reminder>Be brief.</system-reminder>' };
      messages.push({ role: 'user', content: [result, reminder] });
    }
    expect(seen).toEqual(['Bash', 'Read', 'All done.']);
  });

  it('lists models and counts tokens', async () => {
    expect((await openai.models.list()).data.map(({ id }) => id)).toEqual([
      'sim-big',
      'sim-middle',
      'sim-small',
    ]);
    expect((await anthropic.models.list()).data.map(({ id }) => id)).toEqual([
      'sim-big',
      'sim-middle',
      'sim-small',
    ]);
    expect(await anthropic.models.retrieve('sim-big')).toMatchObject({ type: 'model', id: 'sim-big' });
    await expect(openai.models.retrieve('gpt-x')).rejects.toThrow(/404/);
    expect((await anthropic.messages.countTokens({ ...chat })).input_tokens).toBeGreaterThan(5);
  });

  it.each([
    ['HEAD', '/', 200],
    ['HEAD', '/api/hello', 200],
    ['GET', '/', 200],
    ['POST', '/v1/embeddings', 404],
  ] as const)('answers %s %s with %i', async (method, path, status) => {
    expect((await fetch(simulator.url + path, { method })).status).toBe(status);
  });

  it('sends nothing after the head of an answer that has no body', async () => {
    simulator.addScript({ answer: { kind: 'status', status: 204 } });
    const seen = await Promise.all([
      exchange({ port: simulator.port, method: 'HEAD', path: '/', timeoutMs: 100 }),
      exchange({ port: simulator.port, timeoutMs: 100 }),
    ]);
    for (const { text } of seen) expect(text).toMatch(/^HTTP\/1\.1 20[04] [^]*\r\n\r\n$/);
  });

  it.each([
    ['no JSON', '{"model":', 'not valid JSON'],
    ['no model', '{"messages":[{"role":"user","content":"Hi"}],"max_tokens":1}', 'model'],
    ['no messages', '{"model":"m","messages":[],"max_tokens":1}', 'messages'],
    ['no max_tokens', '{"model":"m","messages":[{"role":"user","content":"Hi"}]}', 'max_tokens'],
  ])('refuses a call with %s as a provider would', async (_, body, named) => {
    const response = await fetch(`${simulator.url}/v1/messages`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining(named) },
    });
  });
});
