import { describe, expect, it } from '@jest/globals';
import type { MessageView } from '@ccs/dto';
import { questionRequest } from './question-request.js';

const message = (overrides: Partial<MessageView>): MessageView => ({
  id: 1,
  role: 'user',
  content: '',
  thinking: null,
  blocks: null,
  model: null,
  provider_name: null,
  api_format: null,
  served_model: null,
  served_provider: null,
  status: 'complete',
  error: null,
  stop_reason: null,
  input_tokens: null,
  output_tokens: null,
  cache_read_tokens: null,
  cache_write_tokens: null,
  request_id: null,
  first_event_ms: null,
  duration_ms: null,
  parent_message_id: null,
  model_instance_index: 0,
  version: 1,
  created_at: '',
  updated_at: '',
  ...overrides,
});

describe('the request that asks a question', () => {
  it('has the path, streamed, with a limit', () => {
    const path = [
      message({ content: 'Hi' }),
      message({ role: 'assistant', content: 'Hello' }),
      message({ content: 'And?' }),
    ];
    expect(questionRequest(path, 'm', {})).toEqual({
      model: 'm',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
        { role: 'user', content: 'And?' },
      ],
      max_tokens: 4_096,
      stream: true,
    });
  });

  it('has what the question was asked with', () => {
    const tools = [{ name: 'Read', input_schema: {} }];
    const parameters = {
      system: 'Be brief',
      temperature: 0.5,
      max_tokens: 100,
      thinking_budget: 2_000,
      tools,
    };
    expect(questionRequest([message({ content: 'Hi' })], 'm', parameters)).toMatchObject({
      system: 'Be brief',
      temperature: 0.5,
      max_tokens: 2_100,
      thinking: { type: 'enabled', budget_tokens: 2_000 },
      tools,
    });
  });

  it('leaves out thinking, tool calls without a result, and answers of which nothing came', () => {
    const blocks = [
      { type: 'thinking', thinking: 'x', signature: 's' },
      { type: 'text', text: 'I look' },
      { type: 'tool_use', id: 'a', name: 'Read', input: {} },
      { type: 'tool_use', id: 'b', name: 'Read', input: {} },
    ];
    const result = { type: 'tool_result', tool_use_id: 'b', content: 'it' };
    const path = [
      message({ content: 'Hi' }),
      message({ role: 'assistant', blocks }),
      message({ content: 'result', blocks: [result] }),
      message({ role: 'assistant', status: 'failed' }),
      message({ content: 'Again' }),
    ];
    expect(questionRequest(path, 'm', {}).messages).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [blocks[1], blocks[3]] },
      { role: 'user', content: [result] },
      { role: 'user', content: 'Again' },
    ]);
  });
});
