import { describe, expect, it } from '@jest/globals';
import { readCall } from './read-call.js';
import type { ModelCall } from './model-call.js';

const anthropicCall = (...messages: unknown[]): ModelCall =>
  readCall('anthropic', Buffer.from(JSON.stringify({ model: 'm', max_tokens: 1, messages })));
const openAiCall = (...messages: unknown[]): ModelCall =>
  readCall('openai', Buffer.from(JSON.stringify({ model: 'm', messages })));

const user = <T>(content: T) => ({ role: 'user', content });
const toolUse = (id: string) => ({
  role: 'assistant',
  content: [{ type: 'tool_use', id, name: 'Bash', input: {} }],
});
const toolCall = (id: string) => ({ role: 'assistant', content: null, tool_calls: [{ id }] });
const result = (id: string, content: unknown) => user([{ type: 'tool_result', tool_use_id: id, content }]);
const reminder = '<system-reminder>Be brief.\nReally.</system-reminder>';

describe('what a call says about the conversation', () => {
  it.each<[string, ModelCall, Partial<ModelCall>]>([
    ['a first question', anthropicCall(user('Hi')), { userText: 'Hi', toolRounds: 0, toolResults: [] }],
    [
      'text among reminders, a system message after it',
      anthropicCall(
        user([
          { type: 'text', text: reminder },
          { type: 'text', text: `Run it ${reminder}` },
        ]),
        {
          role: 'system',
          content: 'Do.',
        },
      ),
      { userText: 'Run it' },
    ],
    [
      'two rounds: only the results of the last one',
      anthropicCall(
        user('Go'),
        toolUse('a'),
        result('a', 'one'),
        toolUse('b'),
        result('b', [{ type: 'text', text: 'two' }]),
      ),
      { userText: 'Go', toolRounds: 2, toolResults: [{ id: 'b', text: 'two' }] },
    ],
    [
      'the same in the OpenAI dialect, with a reminder behind',
      openAiCall(
        user('Go'),
        toolCall('a'),
        { role: 'tool', tool_call_id: 'a', content: 'one' },
        toolCall('b'),
        { role: 'tool', tool_call_id: 'b', content: 'two' },
        user(reminder),
      ),
      { userText: 'Go', toolRounds: 2, toolResults: [{ id: 'b', text: 'two' }] },
    ],
    [
      'parallel results in order',
      anthropicCall(
        user('Go'),
        toolUse('a'),
        user([...result('b', '2').content, ...result('a', '1').content]),
      ),
      {
        toolResults: [
          { id: 'b', text: '2' },
          { id: 'a', text: '1' },
        ],
      },
    ],
    [
      'a new question after a tool loop starts at round 0',
      anthropicCall(
        user('Go'),
        toolUse('a'),
        result('a', '1'),
        { role: 'assistant', content: 'Done' },
        user('And?'),
      ),
      { userText: 'And?', toolRounds: 0, toolResults: [] },
    ],
    [
      'an assistant message without calls is no round',
      anthropicCall(user('Go'), { role: 'assistant', content: 'Well …' }, user(reminder)),
      { userText: 'Go', toolRounds: 0 },
    ],
    ['nothing but a reminder', anthropicCall(user(reminder)), { userText: '' }],
  ])('%s', (_, call, expected) => {
    expect(call).toMatchObject(expected);
  });

  it('reads tools, streaming and schema of either dialect', () => {
    const schema = { type: 'object' };
    const messages = [user('Hi')];
    const claude = {
      model: 'm',
      max_tokens: 1,
      stream: true,
      messages,
      tools: [{ name: 'A' }],
      output_format: { schema },
    };
    expect(readCall('anthropic', Buffer.from(JSON.stringify(claude)))).toMatchObject({
      stream: true,
      includeUsage: true,
      toolNames: ['A'],
      answerSchema: schema,
    });
    const chat = {
      model: 'm',
      messages,
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: { name: 'A' } }],
      response_format: { type: 'json_object' },
    };
    expect(readCall('openai', Buffer.from(JSON.stringify(chat)))).toMatchObject({
      includeUsage: true,
      toolNames: ['A'],
      answerSchema: {},
    });
    expect(openAiCall(user('Hi'))).toMatchObject({ stream: false, includeUsage: false });
  });
});
