import { describe, expect, it } from '@jest/globals';
import { convert, lossCodes, messageOf, sha256Hex } from '../../../test/support/conversions.js';
import type { Profile } from './profile.js';

const USER_PART = 'é'.repeat(64);

describe('the scalar fields of a request', () => {
  it.each<[title: string, request: object, options: Partial<Profile>, body: object]>([
    [
      'max_tokens is lowered to the limit',
      { max_tokens: 9000 },
      { max_tokens_limit: 8192 },
      { max_tokens: 8192 },
    ],
    ['max_tokens is never raised', { max_tokens: 5 }, { max_tokens_limit: 8192 }, { max_tokens: 5 }],
    [
      'max_tokens goes to the field of reasoning models, lowered too',
      { max_tokens: 9000 },
      { max_tokens_field: 'max_completion_tokens', max_tokens_limit: 100 },
      { max_completion_tokens: 100, max_tokens: undefined },
    ],
    ['temperature above one is not rescaled', { temperature: 1.5 }, {}, { temperature: 1.5 }],
    ['an empty list of stops is not sent', { stop_sequences: [] }, {}, { stop: undefined }],
    [
      'no stops where the provider takes none',
      { stop_sequences: ['a'] },
      { stop: 'drop' },
      { stop: undefined },
    ],
    ['stream false is as absent', { stream: false }, {}, { stream: undefined, stream_options: undefined }],
    ['64 code points of user_id are kept', { metadata: { user_id: USER_PART } }, {}, { user: USER_PART }],
    [
      '64 code points beyond the basic plane are kept',
      { metadata: { user_id: '😀'.repeat(64) } },
      {},
      { user: '😀'.repeat(64) },
    ],
    [
      '65 code points are replaced by their SHA-256',
      { metadata: { user_id: '😀'.repeat(65) } },
      {},
      { user: sha256Hex('😀'.repeat(65)) },
    ],
    ['an empty user_id is not sent', { metadata: { user_id: '' } }, {}, { user: undefined }],
    ['no user where it is rejected', { metadata: { user_id: 'u' } }, { user: 'drop' }, { user: undefined }],
    [
      'standard_only is the default tier',
      { service_tier: 'standard_only' },
      { service_tier: 'send' },
      { service_tier: 'default' },
    ],
    ['auto is no tier', { service_tier: 'auto' }, { service_tier: 'send' }, { service_tier: undefined }],
    [
      'extra_body replaces whole values, and comes last',
      { stream: true, temperature: 1 },
      { extra_body: { stream_options: { chunk_include_usage: true }, temperature: 0.6, top_k: null } },
      { stream_options: { chunk_include_usage: true }, temperature: 0.6, top_k: null },
    ],
  ])('%s', (_, request, options, body) => {
    const { body: converted } = convert({ ...request }, options);
    expect(Object.fromEntries(Object.keys(body).map((key) => [key, converted[key]]))).toEqual(body);
  });

  it.each([
    ['mcp_servers', { mcp_servers: [{ name: 'x' }] }],
    ['container', { container: 'container_1' }],
    ['thread.previous_message_id', { thread: { previous_message_id: 'msg_1' } }],
  ])('refuses %s, which cannot be dropped unnoticed', (path, request) => {
    expect(messageOf(() => convert(request))).toMatch(new RegExp(`^${path}: `));
  });

  it('drops a thread that goes back to nothing', () => {
    expect(convert({ thread: { previous_message_id: null } }).body).not.toHaveProperty('thread');
  });

  it('writes the body in one order of keys, whatever the order of the request', () => {
    const fields = {
      temperature: 1,
      stream: true,
      stop_sequences: ['x'],
      metadata: { user_id: 'u' },
      top_p: 1,
    };
    const reversed = Object.fromEntries(Object.entries(fields).reverse());
    expect(JSON.stringify(convert(fields).body)).toBe(JSON.stringify(convert(reversed).body));
  });

  it('keeps for the way back what the answer needs', () => {
    const conversion = convert(
      { thinking: { type: 'disabled' }, stop_sequences: ['a', 'b'] },
      { stop_max: 1 },
    );
    expect(conversion).toMatchObject({
      requestedModel: 'claude-sonnet-5',
      thinkingHidden: true,
      stopSequences: ['a', 'b'],
    });
    expect(lossCodes(conversion)).toContain('stop_sequences_cut');
  });
});
