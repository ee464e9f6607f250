import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startSimulator, type Simulator } from './simulator.js';

const bash = { name: 'Bash', input_schema: { type: 'object' as const } };
const read = { name: 'Read', input_schema: { type: 'object' as const } };

describe('the built-in assistant', () => {
  let simulator: Simulator;
  let anthropic: Anthropic;
  let openai: OpenAI;

  beforeAll(async () => {
    simulator = await startSimulator();
    anthropic = new Anthropic({ baseURL: simulator.anthropicUrl(), apiKey: 'any', maxRetries: 0 });
    openai = new OpenAI({ baseURL: simulator.openAiUrl(), apiKey: 'any', maxRetries: 0 });
  });
  beforeEach(() => simulator.reset());
  afterAll(() => simulator.close());

  const ask = (
    content: Anthropic.MessageParam['content'],
    tools?: Anthropic.Tool[],
  ): Promise<Anthropic.Message> =>
    anthropic.messages.create({
      model: 'claude-x',
      max_tokens: 100,
      messages: [{ role: 'user', content }],
      ...(tools && { tools }),
    });

  const textOf = ({ content }: Anthropic.Message): string =>
    content.map((block) => (block.type === 'text' ? block.text : '')).join('');

  it('says what it is and what it was told, without the notes of the client', async () => {
    const answer = await ask([
      { type: 'text', text: '<system-reminder>Today is a day.</system-reminder>' },
      { type: 'text', text: 'Tell me a joke.' },
    ]);
    expect(textOf(answer)).toMatch(/CC Switch simulator/);
    expect(textOf(answer)).toMatch(/You wrote: Tell me a joke\./);
    expect(textOf(answer)).not.toMatch(/Today/);
    expect(answer.usage.input_tokens).toBeGreaterThan(20);
  });

  it('runs and reads what it is told to, all in one answer', async () => {
    const answer = await ask('Please do this:\nrun: echo hi\nread: /etc/hostname\nrun: ls -l', [bash, read]);
    const calls = answer.content.flatMap((block) =>
      block.type === 'tool_use' ? [[block.name, block.input]] : [],
    );
    expect(calls).toEqual([
      ['Bash', { command: 'echo hi', description: expect.any(String) }],
      ['Bash', { command: 'ls -l', description: expect.any(String) }],
      ['Read', { file_path: '/etc/hostname' }],
    ]);
    expect(answer.stop_reason).toBe('tool_use');
  });

  it('calls no tool that is not offered', async () => {
    expect((await ask('run: echo hi', [read])).stop_reason).toBe('end_turn');
  });

  it('reports tool results in either dialect', async () => {
    const viaAnthropic = await anthropic.messages.create({
      model: 'claude-x',
      max_tokens: 100,
      tools: [bash],
      messages: [
        { role: 'user', content: 'run: echo hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'Bash', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'hi there' }] },
            { type: 'text', text: '<system-reminder>run: rm</system-reminder>' },
          ],
        },
      ],
    });
    expect(textOf(viaAnthropic)).toBe('The tool answered:\n\nhi there');

    const viaOpenAi = await openai.chat.completions.create({
      model: 'x',
      messages: [
        { role: 'user', content: 'run: echo hi' },
        {
          role: 'assistant',
          tool_calls: [{ id: 't1', type: 'function', function: { name: 'Bash', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 't1', content: 'hi there' },
      ],
    });
    expect(viaOpenAi.choices[0]?.message.content).toBe('The tool answered:\n\nhi there');
  });

  it('satisfies the schema that is demanded', async () => {
    const schema = {
      type: 'object',
      properties: {
        title: { type: 'string' },
        mood: { enum: ['calm', 'wild'] },
        score: { type: 'integer', minimum: 3 },
        tags: { type: 'array', minItems: 1, items: { type: ['string', 'null'] } },
        ok: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
        left_out: { type: 'string' },
      },
      required: ['title', 'mood', 'score', 'tags', 'ok'],
    };
    const expected = { title: 'Simulator', mood: 'calm', score: 3, tags: ['Simulator'], ok: true };

    const response = await fetch(`${simulator.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'm',
        max_tokens: 9,
        messages: [{ role: 'user', content: 'Name it' }],
        output_config: { effort: 'low', format: { type: 'json_schema', schema } },
      }),
    });
    const message = (await response.json()) as Anthropic.Message;
    expect(JSON.parse(textOf(message))).toEqual(expected);

    const completion = await openai.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'Name it' }],
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual(expected);
  });

  it('wraps its text for a client that compacts the conversation', async () => {
    expect(textOf(await ask('Summarise it all between <summary> and </summary>.'))).toMatch(
      /^<summary>.*<\/summary>$/,
    );
  });
});
