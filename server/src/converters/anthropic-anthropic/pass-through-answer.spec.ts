import { describe, expect, it } from '@jest/globals';
import { passesAsError, readCountedTokens, rewriteAnswer } from './pass-through-answer.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a whole answer', () => {
  it('keeps every byte but those of the model, and its usage is read', () => {
    const json =
      '{"id":"msg_1", "content":[{"type":"text","text":"\\"model\\":\\"glm-5\\""}],"model": "glm-5" ,"usage":{"input_tokens":3,"output_tokens":7,"cache_read_input_tokens":null,"cache_creation_input_tokens":2,"x":1.0}}';
    const answer = rewriteAnswer(encode(json), 'claude-x');
    expect(new TextDecoder().decode(answer?.body)).toBe(
      json.replace('"model": "glm-5"', '"model": "claude-x"'),
    );
    expect(answer?.usage).toEqual({
      input_tokens: 3,
      output_tokens: 7,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 2,
      estimated: false,
    });
  });

  it('may lack a model and usage', () => {
    const answer = rewriteAnswer(encode('{"content":[]}'), 'claude-x');
    expect(new TextDecoder().decode(answer?.body)).toBe('{"content":[]}');
    expect(answer?.usage.estimated).toBe(true);
  });

  it.each(['<html>', '', '[]', '{"type":"error","error":{}}', '{"object":"chat.completion","choices":[]}'])(
    'is none: %j',
    (text) => {
      expect(rewriteAnswer(encode(text), 'x')).toBeNull();
    },
  );
});

describe('an error', () => {
  const anthropic = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';

  it.each([
    [529, anthropic, true],
    [429, anthropic, true],
    [400, anthropic, true],
    [401, anthropic, false],
    [403, anthropic, false],
    [200, anthropic, false],
    [500, '{"error":{"message":"x"}}', false],
    [500, '{"type":"error","error":"x"}', false],
    [502, '<html>', false],
  ])('%i %s passes as it is: %s', (status, body, passes) => {
    expect(passesAsError(status, encode(body))).toBe(passes);
  });
});

describe('a count', () => {
  it.each([
    ['{"input_tokens":12}', 12],
    ['{"input_tokens":-1}', null],
    ['{"input_tokens":"12"}', null],
    ['<html>', null],
  ])('%s is %j', (body, tokens) => {
    expect(readCountedTokens(encode(body))).toBe(tokens);
  });
});
