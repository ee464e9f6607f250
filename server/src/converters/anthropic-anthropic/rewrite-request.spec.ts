import { describe, expect, it } from '@jest/globals';
import type { MessagesRequest } from '@ccs/wire';
import {
  assistant,
  messageOf,
  messagesRequest,
  text,
  thinking,
  user,
} from '../../../test/support/conversions.js';
import { DEFAULT_PROFILE, type Profile } from '../anthropic-openai/profile.js';
import { rewriteRequest } from './rewrite-request.js';

const encode = (json: string): Uint8Array => new TextEncoder().encode(json);

function rewrite(json: string, options: Partial<Profile> = {}, model = 'glm-5'): string {
  const parsed = JSON.parse(json) as MessagesRequest;
  const target = { model, profile: { ...DEFAULT_PROFILE, ...options } };
  return new TextDecoder().decode(rewriteRequest(encode(json), parsed, target).body);
}

const withMessages = (...messages: unknown[]): string => JSON.stringify(messagesRequest({ messages }));
const rewrittenMessages = (...messages: unknown[]): unknown =>
  (JSON.parse(rewrite(withMessages(...messages))) as MessagesRequest).messages;

describe('a request that is passed on', () => {
  it('keeps every byte but those of the model, numbers and blanks included', () => {
    const json =
      '\n{ "x" : 1.0, "model" :  "claude\\u002dx"\t, "big":12345678901234567890, "messages":[{"model":"claude-x"}], "e":1E5 }\n';
    expect(rewrite(json)).toBe(json.replace('"claude\\u002dx"', '"glm-5"'));
  });

  it('is the very same bytes when nothing changes', () => {
    const bytes = encode(JSON.stringify(messagesRequest()));
    const target = { model: 'claude-sonnet-5', profile: DEFAULT_PROFILE };
    expect(rewriteRequest(bytes, messagesRequest(), target).body).toBe(bytes);
  });

  it.each([
    ['{"model":"a","model":"b"}', 'model'],
    ['{"model":"a","mod\\u0065l":"b"}', 'model'],
    ['{"model":"a","x":{"y":1,"y":2},"max_tokens":1,"max_tokens":1}', 'max_tokens'],
    ['{"model":"a","__proto__":1,"__proto__":2}', '__proto__'],
  ])('is refused when a top-level key occurs twice: %s', (json, key) => {
    expect(messageOf(() => rewrite(json))).toMatch(new RegExp(`^${key}: `));
  });

  it('is refused when it is not an object', () => {
    const target = { model: 'm', profile: DEFAULT_PROFILE };
    expect(messageOf(() => rewriteRequest(encode('[1]'), messagesRequest(), target))).toContain(
      'not valid JSON',
    );
  });

  it('has its max_tokens lowered, and keeps a smaller one', () => {
    const json = '{"model":"a","max_tokens": 9000 ,"messages":[]}';
    expect(rewrite(json, { max_tokens_limit: 8192 })).toBe(
      '{"model":"glm-5","max_tokens": 8192 ,"messages":[]}',
    );
    expect(rewrite(json, { max_tokens_limit: 9000 })).toBe(
      '{"model":"glm-5","max_tokens": 9000 ,"messages":[]}',
    );
  });
});

describe('thinking of other providers', () => {
  const ours = thinking('ours', 'gw1_abc');
  const real = thinking('real');

  it.each<[title: string, content: readonly unknown[], kept: readonly unknown[]]>([
    ['in front', [ours, text('a'), real], [text('a'), real]],
    ['in the middle', [real, ours, ours, text('a')], [real, text('a')]],
    ['at the end', [real, text('a'), ours, ours], [real, text('a')]],
    ['everywhere', [ours, real, ours, text('a'), ours], [real, text('a')]],
    ['without a signature', [{ type: 'thinking', thinking: 'x' }, thinking('y', ''), text('a')], [text('a')]],
    [
      'redacted by us',
      [
        { type: 'redacted_thinking', data: 'gw1_x' },
        { type: 'redacted_thinking', data: 'EqoB' },
      ],
      [{ type: 'redacted_thinking', data: 'EqoB' }],
    ],
  ])('is cut out %s', (_, content, kept) => {
    expect(rewrittenMessages(user(text('Q')), assistant(...content), user(text('Go')))).toEqual([
      user(text('Q')),
      assistant(...kept),
      user(text('Go')),
    ]);
  });

  it('takes messages along that hold nothing else, the first and the last too', () => {
    expect(
      rewrittenMessages(
        assistant(ours),
        user(text('Q')),
        assistant(ours),
        assistant(ours, text('a')),
        assistant(ours, ours),
      ),
    ).toEqual([user(text('Q')), assistant(text('a'))]);
  });

  it('leaves the bytes of everything that stays', () => {
    const real = '{"type":"thinking","n":1.50,"thinking":"caf\\u00e9","signature":"EqoB"}';
    const json = `{"messages":[ {"role":"assistant", "content":[${real} , {"type":"thinking","thinking":"x","signature":"gw1_"}, {"type":"text","text":"\\u0041"} ]} ],"z":1.0,"model":"m"}`;
    expect(rewrite(json)).toBe(
      `{"messages":[ {"role":"assistant", "content":[${real} , {"type":"text","text":"\\u0041"} ]} ],"z":1.0,"model":"glm-5"}`,
    );
  });

  it('is cut out of the content that counts when a message has two', () => {
    const foreign = '{"type":"thinking","thinking":"x","signature":"gw1_"}';
    const json = `{"model":"m","messages":[{"content":[1,2,3],"content":[${foreign},{"type":"text","text":"a"}]}]}`;
    expect(rewrite(json)).toBe(json.replace(`${foreign},`, '').replace('"m"', '"glm-5"'));
  });
});
