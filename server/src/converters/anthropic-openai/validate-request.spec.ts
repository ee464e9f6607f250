import { describe, expect, it } from '@jest/globals';
import {
  assistant,
  messageOf,
  messagesRequest,
  system,
  text,
  toolResult,
  user,
} from '../../../test/support/conversions.js';
import { InvalidRequestError } from '../../errors/caller-errors.js';
import { validateCountTokensRequest, validateMessagesRequest } from './validate-request.js';

const withMessages = (...messages: unknown[]): object => ({ messages });

describe('a request is refused with the path first', () => {
  it.each<[path: string, overrides: object]>([
    ['model', { model: undefined }],
    ['model', { model: 7 }],
    ['model', { model: '' }],
    ['max_tokens', { max_tokens: undefined }],
    ['max_tokens', { max_tokens: '1' }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['messages', { messages: undefined }],
    ['messages', { messages: {} }],
    ['messages', { messages: [] }],
    ['messages.0', withMessages('Hi')],
    ['messages.0.role', withMessages({ content: 'Hi' })],
    ['messages.1.role', withMessages(user(text('Hi')), { role: 'tool', content: 'x' })],
    ['messages.0.content', withMessages({ role: 'user' })],
    ['messages.0.content', withMessages({ role: 'user', content: { type: 'text', text: 'x' } })],
    ['messages.0.content.1', withMessages(user(text('a'), 'b'))],
    ['messages.0.content.0.type', withMessages(user({}))],
    ['messages.0.content.0.text', withMessages(user({ type: 'text' }))],
    ['messages.0.content.0.id', withMessages(assistant({ type: 'tool_use', name: 'f' }))],
    ['messages.0.content.0.name', withMessages(assistant({ type: 'tool_use', id: 'a', name: '' }))],
    ['messages.0.content.0.tool_use_id', withMessages(user({ type: 'tool_result' }))],
    ['messages.0.content.0.content', withMessages(user(toolResult('a', 7)))],
    ['messages.0.content.0.content.0.text', withMessages(user(toolResult('a', [{ type: 'text', text: 1 }])))],
    ['messages.0.content.0.source', withMessages(user({ type: 'image' }))],
    ['messages.0.content.0.source.data', withMessages(user({ type: 'image', source: { type: 'base64' } }))],
    [
      'messages.0.content.0.source.url',
      withMessages(user({ type: 'document', source: { type: 'url', url: 1 } })),
    ],
    [
      'messages.0.output_config.effort',
      withMessages({ role: 'system', content: [], output_config: { effort: 3 } }),
    ],
    ['system', { system: 7 }],
    ['system.0', { system: ['x'] }],
    ['system.0.text', { system: [{ type: 'text' }] }],
    ['stream', { stream: 'yes' }],
    ['temperature', { temperature: '0' }],
    ['top_k', { top_k: [] }],
    ['stop_sequences', { stop_sequences: 'x' }],
    ['stop_sequences.1', { stop_sequences: ['x', 1] }],
    ['metadata', { metadata: 'x' }],
    ['metadata.user_id', { metadata: { user_id: 1 } }],
    ['thinking', { thinking: true }],
    ['thinking.type', { thinking: {} }],
    ['thinking.budget_tokens', { thinking: { type: 'enabled', budget_tokens: 'many' } }],
    ['tools', { tools: {} }],
    ['tools.0', { tools: [null] }],
    ['tools.0.name', { tools: [{ input_schema: {} }] }],
    ['tools.0.input_schema', { tools: [{ name: 'f', input_schema: 'x' }] }],
    ['tools.0.description', { tools: [{ name: 'f', description: 1 }] }],
    ['tool_choice', { tool_choice: 'auto' }],
    ['tool_choice.type', { tool_choice: {} }],
    ['tool_choice.name', { tool_choice: { type: 'tool' } }],
    ['output_config', { output_config: [] }],
    ['output_config.format.schema', { output_config: { format: { type: 'json_schema' } } }],
    ['mcp_servers', { mcp_servers: {} }],
  ])('%s: %j', (path, overrides) => {
    const body = JSON.parse(JSON.stringify(messagesRequest({ ...overrides }))) as unknown;
    expect(() => validateMessagesRequest(body)).toThrow(InvalidRequestError);
    expect(messageOf(() => validateMessagesRequest(body))).toMatch(new RegExp(`^${path}: .{10}`));
  });

  it.each([[undefined], [null], ['text'], [[]], [7]])('or as a whole: %j', (body) => {
    expect(messageOf(() => validateMessagesRequest(body))).toMatch(/^The request body must be a JSON object/);
  });

  it('shows the value it found, but no long text', () => {
    expect(messageOf(() => validateMessagesRequest(messagesRequest({ stream: 'yes' })))).toContain('"yes"');
    const long = messageOf(() => validateMessagesRequest(messagesRequest({ stream: 'y'.repeat(500) })));
    expect(long.length).toBeLessThan(100);
  });
});

describe('a request passes', () => {
  it.each<[title: string, overrides: object]>([
    ['with unknown fields and betas', { some_future_field: 1, betas: ['x'] }],
    ['with an unknown block type', withMessages(user({ type: 'hologram' }))],
    ['with an unknown kind of source', withMessages(user({ type: 'image', source: { type: 'cloud' } }))],
    ['with an unknown kind of choice', { tools: [], tool_choice: { type: 'some_day' } }],
    [
      'with nulls for what may be left out',
      {
        system: null,
        tools: null,
        tool_choice: null,
        metadata: { user_id: null },
        thinking: null,
        output_config: { effort: null, format: null },
      },
    ],
    ['with an empty system message', withMessages(user(text('Hi')), system())],
    ['with a tool that Anthropic names', { tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }] }],
  ])('%s', (_, overrides) => {
    const body = messagesRequest({ ...overrides });
    expect(validateMessagesRequest(body)).toBe(body);
  });
});

describe('a request for counting', () => {
  const { max_tokens: _, ...body } = messagesRequest();

  it('needs no max_tokens', () => {
    expect(validateCountTokensRequest(body)).toBe(body);
  });

  it('is checked like any other', () => {
    expect(messageOf(() => validateCountTokensRequest({ ...body, max_tokens: 'x' }))).toMatch(
      /^max_tokens: /,
    );
    expect(messageOf(() => validateCountTokensRequest({ ...body, messages: [] }))).toMatch(/^messages: /);
  });
});
