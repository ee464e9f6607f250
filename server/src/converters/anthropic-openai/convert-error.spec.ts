import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { UpstreamError } from '../../errors/upstream-error.js';
import type { UpstreamSilence } from '../../errors/upstream-error.js';
import { convertError, convertErrorInBody } from './convert-error.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

const failure = (status: number, body: unknown, headers: Record<string, string> = {}): UpstreamError =>
  convertError({
    providerName: 'acme',
    status,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const error = (fields: object): object => ({ error: fields });

describe('the status and type of a refusal', () => {
  it.each([
    [400, 400, 'invalid_request_error'],
    [405, 400, 'invalid_request_error'],
    [409, 400, 'invalid_request_error'],
    [422, 400, 'invalid_request_error'],
    [499, 400, 'invalid_request_error'],
    [401, 502, 'api_error'],
    [403, 502, 'api_error'],
    [402, 402, 'billing_error'],
    [404, 404, 'not_found_error'],
    [413, 413, 'request_too_large'],
    [408, 504, 'timeout_error'],
    [504, 504, 'timeout_error'],
    [524, 504, 'timeout_error'],
    [429, 429, 'rate_limit_error'],
    [500, 500, 'api_error'],
    [503, 529, 'overloaded_error'],
    [529, 529, 'overloaded_error'],
    [501, 502, 'api_error'],
    [502, 502, 'api_error'],
    [520, 502, 'api_error'],
    [302, 502, 'api_error'],
  ])('follow from %d', (status, clientStatus, type) => {
    const converted = failure(status, error({ message: 'no' }));
    expect([converted.status, converted.type, converted.upstreamStatus]).toEqual([
      clientStatus,
      type,
      status,
    ]);
  });

  it.each<[string, number, object, string]>([
    ['insufficient_quota', 429, { message: 'x', type: 'insufficient_quota' }, 'upstream_billing'],
    ['Arrearage', 400, { message: 'Access denied', code: 'Arrearage' }, 'upstream_billing'],
    [
      'an insufficient balance',
      403,
      { message: 'Insufficient account: insufficient balance' },
      'upstream_billing',
    ],
    ['engine_overloaded', 429, { message: 'busy', type: 'engine_overloaded_error' }, 'upstream_overloaded'],
    ['«overloaded» with 500', 500, { message: 'The engine is currently overloaded' }, 'upstream_overloaded'],
    [
      '«overloaded» with 400, which counts for nothing',
      400,
      { message: 'overloaded operator' },
      'upstream_invalid_request',
    ],
    ['model_not_found', 403, { message: 'no access', code: 'model_not_found' }, 'upstream_not_found'],
    ['«Model Not Exist»', 400, { message: 'Model Not Exist' }, 'upstream_not_found'],
    [
      'a quota per minute, which is a rate limit (Gemini)',
      429,
      { message: 'You exceeded your current quota', status: 'RESOURCE_EXHAUSTED' },
      'upstream_rate_limited',
    ],
  ])('follow the body before the status: %s', (_, status, fields, code) => {
    expect(failure(status, error(fields)).code).toBe(code);
  });

  it.each<[UpstreamSilence, number, string]>([
    ['refused', 502, 'upstream_unreachable'],
    ['dns', 502, 'upstream_unreachable'],
    ['tls', 502, 'upstream_unreachable'],
    ['reset', 502, 'upstream_failed'],
    ['connect_timeout', 504, 'upstream_timeout'],
    ['timeout', 504, 'upstream_timeout'],
  ])('follow from the network: %s', (network, status, code) => {
    const converted = convertError({ providerName: 'acme', network });
    expect([converted.status, converted.code]).toEqual([status, code]);
    expect(converted.message).toContain('acme');
  });
});

describe('the message of a refusal', () => {
  it.each<[string, unknown, string]>([
    ['error.message', { error: { message: 'a' }, message: 'b' }, 'a'],
    ['error as a string', { error: 'a', message: 'b' }, 'a'],
    ['errors.message', { errors: { message: 'a' }, message: 'b' }, 'a'],
    ['a list of errors', { errors: [{ message: 'a' }, { message: 'b' }] }, 'a'],
    ['message', { message: 'a', detail: 'b' }, 'a'],
    ['detail as a string', { detail: 'a' }, 'a'],
    [
      'detail as a list',
      { detail: [{ loc: ['body', 'messages', 0], msg: 'field required' }] },
      'body.messages.0: field required',
    ],
    ['a list around it (Gemini)', [{ error: { message: 'a' } }], 'a'],
    [
      'an event stream',
      'id:1\nevent:error\n:HTTP_STATUS/400\ndata:{"code":"InvalidParameter","message":"a"}\n\n',
      'a',
    ],
    ['plain text', ' Too busy \n', 'Too busy'],
    [
      'what a router wraps',
      { error: { message: 'Provider returned error', metadata: { raw: '{"error":{"message":"a"}}' } } },
      'Provider returned error: a',
    ],
    ['JSON in the message', { error: { message: '{"error":{"message":"a"}}' } }, 'a'],
    [
      'a code, where there are no words',
      { error: { code: 'invalid_parameter', type: 'x' } },
      'invalid_parameter',
    ],
    ['tags that are words', { error: { message: '<400> Invalid <think>' } }, '<400> Invalid <think>'],
  ])('is taken from %s', (_, body, message) => {
    expect(failure(400, body).message).toBe(message);
  });

  it.each([
    [
      'a web page',
      '<!DOCTYPE html><html><head><title>502 Bad gateway</title><style>p{}</style></head><body><h1>Bad gateway</h1><p>cloud</p></body></html>',
      'Bad gateway cloud',
    ],
    ['a web page with a title only', '<html><head><title>Sorry</title></head><body></body></html>', 'Sorry'],
    ['a web page in JSON', '{"message":"<html><body>no</body></html>"}', 'no'],
  ])('has no markup: %s', (_, body, message) => {
    expect(failure(502, body).message).toBe(message);
  });

  it.each(['', '{}', 'null', '[]', '<html></html>', '{"foo":{"bar":1}}'])('is never empty: %j', (body) => {
    expect(failure(500, body).message).toBe('Provider acme answered with HTTP 500 and no explanation');
  });

  it('is cut: plain text at 500 characters, a provider’s message at 2000', () => {
    expect([...failure(500, '👋'.repeat(600)).message]).toHaveLength(500);
    expect(failure(500, error({ message: 'x'.repeat(90_000) })).message).toHaveLength(2000);
  });

  it.each([
    'Incorrect API key provided: sk-proj-AbCdEfGhIjKlMnOp_1234. See https://platform',
    'Invalid token Bearer abcdef0123456789',
    'key gsk_0123456789abcdefghij is wrong',
    'AIzaSyA0123456789abcdefghijklmnopqrstu is not valid',
    'Your api key: 0123456789abcdef0123456789abcdef is invalid',
    'bad key 0123456789abcdef0123456789abcdef.AbCdEfGh01234567',
    'jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdef0123456789',
    'at https://user:abcdef0123456789@host/v1',
  ])('shows no key: %s', (message) => {
    const shown = failure(400, error({ message })).message;
    expect(shown).toContain('***');
    expect(shown).not.toMatch(/0123456789|AbCdEf|Mnop_1234/);
  });

  it('keeps words that only look a little like keys', () => {
    const message =
      'The risk-assessment-tool task-0 needs max_tokens: 100000 and api key authentication_required';
    expect(failure(400, error({ message })).message).toBe(message);
  });

  it('names the provider whose credential it was', () => {
    const converted = failure(401, error({ message: 'Incorrect API key provided' }));
    expect(converted.message).toMatch(/acme.*Incorrect API key provided/);
  });
});

describe('a prompt that is too long', () => {
  it.each<[string, string]>([
    [
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 215692 tokens.",
      'prompt is too long: 215692 tokens > 128000 maximum',
    ],
    [
      "This model's maximum context length is 4,096 tokens. However, you requested 5,000 tokens (4,500 in the messages, 500 in the completion).",
      'prompt is too long: 4500 tokens > 4096 maximum',
    ],
    [
      "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
      'prompt is too long: 5000 tokens > 4096 maximum',
    ],
    [
      "'max_tokens' or 'max_completion_tokens' is too large: 9000. This model's maximum context length is 8192 tokens and your request has 300 input tokens (9000 > 8192 - 300).",
      'input length and `max_tokens` exceed context limit: 300 + 9000 > 8192, decrease input length or `max_tokens` and try again',
    ],
    [
      "Requested token count exceeds the model's maximum context length of 131072 tokens. You requested a total of 140000 tokens: 120000 tokens from the input messages and 20000 tokens for the completion.",
      'input length and `max_tokens` exceed context limit: 120000 + 20000 > 131072, decrease input length or `max_tokens` and try again',
    ],
    [
      "You passed 5000 input tokens and requested 1000 output tokens. However, the model's context length is only 4096 tokens, resulting in a maximum input length of 3096 tokens.",
      'prompt is too long: 5000 tokens > 4096 maximum',
    ],
    [
      "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (120000 of text input, 15000 of tool input, 5000 in the output).",
      'prompt is too long: 135000 tokens > 131072 maximum',
    ],
    [
      "Input length (5000) exceeds model's maximum context length (4096).",
      'prompt is too long: 5000 tokens > 4096 maximum',
    ],
    [
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      'prompt is too long: 1200000 tokens > 1048576 maximum',
    ],
    [
      'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      'prompt is too long: 40000 tokens > 32768 maximum',
    ],
    [
      "This model's maximum prompt length is 131072 but the request contains 150000 tokens.",
      'prompt is too long: 150000 tokens > 131072 maximum',
    ],
    [
      'Your request exceeded model token limit: 262144 (requested: 291351)',
      'prompt is too long: 291351 tokens > 262144 maximum',
    ],
    [
      'prompt token count of 130000 exceeds the limit of 128000',
      'prompt is too long: 130000 tokens > 128000 maximum',
    ],
    [
      'request (13392 tokens) exceeds the available context size (8192 tokens), try increasing it',
      'prompt is too long: 13392 tokens > 8192 maximum',
    ],
    [
      'prompt is too long: 210000 tokens > 200000 maximum',
      'prompt is too long: 210000 tokens > 200000 maximum',
    ],
    [
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length',
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
    ],
    [
      'Range of input length should be [1, 202745]',
      'prompt is too long: Range of input length should be [1, 202745]',
    ],
    [
      'The number of tokens to keep from the initial prompt is greater than the context length.',
      'prompt is too long: The number of tokens to keep from the initial prompt is greater than the context length.',
    ],
    [
      'Your input exceeds the context window of this model.',
      'prompt is too long: Your input exceeds the context window of this model.',
    ],
    [
      "This model's maximum context length is 4096 tokens, and you requested 4096 tokens.",
      "prompt is too long: This model's maximum context length is 4096 tokens, and you requested 4096 tokens.",
    ],
    [
      "This model's maximum context length is 4096 tokens. However, you requested 4596 tokens (4096 in the messages, 500 in the completion).",
      "prompt is too long: This model's maximum context length is 4096 tokens. However, you requested 4596 tokens (4096 in the messages, 500 in the completion).",
    ],
    ['too many tokens', 'prompt is too long: too many tokens'],
  ])('is told in Anthropic’s words: %s', (message, expected) => {
    // Some of the texts speak of a limit only in their numbers; the phrase list has its own test below.
    const converted = failure(400, error({ message, code: 'context_length_exceeded' }));
    expect([converted.code, converted.message]).toEqual(['upstream_context_length', expected]);
  });

  it.each<[number, object]>([
    [400, { message: 'x', code: 'context_length_exceeded' }],
    [413, { message: 'maximum context length is 10' }],
    [422, { message: 'exceeds the context window' }],
    [400, { message: 'x', type: 'exceed_context_size_error' }],
    [400, { message: 'Prompt exceeds max length', code: '1261' }],
    [400, { message: 'x', code: 1261 }],
    [400, { message: 'exceeded model token limit: 5' }],
    [400, { message: 'the input token count (9) exceeds the maximum' }],
    [400, { message: 'Too many tokens in the request' }],
    [400, { message: 'Range of input length should be [1, 5]' }],
  ])('is recognised with %d in %j', (status, fields) => {
    expect(failure(status, error(fields)).code).toBe('upstream_context_length');
  });

  it.each<[number, object]>([
    [400, { message: 'Range of max_tokens should be [1, 8192]' }],
    [400, { message: 'max_tokens: 64000 > 32000, which is the maximum allowed number of output tokens' }],
    [400, { message: 'max_tokens must not exceed the context window of 8192' }],
    [429, { message: 'maximum context length' }],
    [500, { message: 'context_length_exceeded' }],
  ])('is not meant with %d by %j', (status, fields) => {
    expect(failure(status, error(fields)).code).not.toBe('upstream_context_length');
  });

  it('is read from fields of its own (llama.cpp)', () => {
    const fields = { type: 'exceed_context_size_error', message: 'too long', n_prompt_tokens: 9, n_ctx: 8 };
    expect(failure(400, error(fields)).message).toBe('prompt is too long: 9 tokens > 8 maximum');
  });
});

describe('the headers of a refusal', () => {
  const told = (status: number, message: string, headers: Record<string, string> = {}) =>
    failure(status, error({ message }), headers);

  it.each([
    ['Please try again in 1.6s.', '2'],
    ['try again in 20ms', '1'],
    ['try again in 0s', '1'],
    ['Please try again in 7m12.96s. Visit', '433'],
    ['Try again in 1 minute and 5 seconds', '65'],
    ['try again in 2m', '120'],
    ['try again in 1h', '3600'],
    ['Please retry after 30 seconds', '30'],
    ['Please retry in 37.2s.', '38'],
    ['try again in 980ms20ms', '1'],
  ])('tell a wait that is named in words: %s', (message, seconds) => {
    expect(told(429, message).headers).toEqual({ 'retry-after': seconds });
    expect(told(429, message).retryAfterSeconds).toBe(Number(seconds));
    expect(told(500, message).headers).toEqual({});
  });

  it.each(['try again later', 'try again in a while', 'try again in 20 months', 'retry the call'])(
    'invent no wait: %s',
    (message) => {
      expect(told(429, message).headers).toEqual({});
    },
  );

  it('pass the provider’s own retry-after, in seconds or as a date', () => {
    expect(told(503, 'x', { 'retry-after': '17' })).toMatchObject({
      headers: { 'retry-after': '17' },
      retryAfterSeconds: 17,
    });
    const date = { 'retry-after': 'Tue, 24 Nov 2026 10:00:30 GMT', date: 'Tue, 24 Nov 2026 10:00:00 GMT' };
    expect(told(429, 'try again in 5s', date)).toMatchObject({
      headers: { 'retry-after': date['retry-after'] },
      retryAfterSeconds: 30,
    });
    expect(told(429, 'x', { 'retry-after-ms': '1200' }).headers).toEqual({ 'retry-after': '2' });
  });

  it('take the wait from Google’s details', () => {
    const fields = { message: 'x', details: [{ '@type': 'x' }, { retryDelay: '36.5s' }] };
    expect(failure(429, [error(fields)]).headers).toEqual({ 'retry-after': '37' });
  });

  it('forbid a retry that cannot help', () => {
    expect(told(401, 'x').headers).toEqual({ 'x-should-retry': 'false' });
    expect(told(403, 'x').headers).toEqual({ 'x-should-retry': 'false' });
    expect(told(402, 'x').headers).toEqual({ 'x-should-retry': 'false' });
    expect(failure(429, error({ message: 'try again in 5s', code: 'insufficient_quota' })).headers).toEqual({
      'x-should-retry': 'false',
    });
  });
});

describe('an error inside a 200', () => {
  it.each<[string, unknown, string]>([
    ['a numeric code', error({ message: 'x', code: 429 }), 'upstream_rate_limited'],
    ['a numeric code as text', error({ message: 'x', code: '404' }), 'upstream_not_found'],
    ['a numeric status', { object: 'error', message: 'x', status: 503 }, 'upstream_overloaded'],
    ['a code that is no HTTP status', error({ message: 'x', code: 20012 }), 'upstream_failed'],
    ['MiniMax 1002', { base_resp: { status_code: 1002, status_msg: 'x' } }, 'upstream_rate_limited'],
    ['MiniMax 1039', { base_resp: { status_code: 1039, status_msg: 'x' } }, 'upstream_rate_limited'],
    ['MiniMax 1004', { base_resp: { status_code: 1004, status_msg: 'x' } }, 'upstream_credential'],
    ['MiniMax 1008', { base_resp: { status_code: 1008, status_msg: 'x' } }, 'upstream_billing'],
    ['MiniMax 2013', { base_resp: { status_code: 2013, status_msg: 'x' } }, 'upstream_invalid_request'],
    ['MiniMax by words', { base_resp: { status_code: 1, status_msg: 'timeout' } }, 'upstream_timeout'],
    ['context words', error({ message: 'maximum context length' }), 'upstream_context_length'],
    [
      'a rate limit in the type',
      error({ message: 'x', type: 'rate_limit_exceeded' }),
      'upstream_rate_limited',
    ],
    ['throttling', error({ message: 'Requests are throttled' }), 'upstream_rate_limited'],
    ['RESOURCE_EXHAUSTED', error({ message: 'x', status: 'RESOURCE_EXHAUSTED' }), 'upstream_rate_limited'],
    ['overloaded', 'The server is overloaded', 'upstream_overloaded'],
    ['unavailable', error({ message: 'Service unavailable' }), 'upstream_overloaded'],
    ['authentication', error({ message: 'x', type: 'authentication_error' }), 'upstream_credential'],
    ['an invalid key', error({ message: 'x', code: 'invalid_api_key' }), 'upstream_credential'],
    ['billing', error({ message: 'check your billing' }), 'upstream_billing'],
    ['not found', error({ message: 'Not found' }), 'upstream_not_found'],
    [
      'an invalid request',
      error({ message: 'x', type: 'invalid_request_error' }),
      'upstream_invalid_request',
    ],
    ['a time-out', error({ message: 'timeout of upstream' }), 'upstream_timeout'],
    ['the first of several', error({ message: 'timeout', type: 'rate limit' }), 'upstream_rate_limited'],
    ['anything else', error({ message: 'boom' }), 'upstream_failed'],
  ])('is classified by %s', (_, body, code) => {
    expect(convertErrorInBody(body, 'acme').code).toBe(code);
  });

  it('forbids a retry when the credential was refused', () => {
    const converted = convertErrorInBody(
      { base_resp: { status_code: 1004, status_msg: 'login fail' } },
      'acme',
    );
    expect(converted).toMatchObject({ status: 502, headers: { 'x-should-retry': 'false' } });
    expect(converted.message).toMatch(/acme.*login fail/);
  });
});

describe('convertError, for anything', () => {
  it('gives an UpstreamError with a message that is fit to be shown', () => {
    const body = fc.oneof(fc.json(), fc.string(), fc.constantFrom('<html', '[', '{"error":', 'data: {'));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 700 }), body, (status, text) => {
        const converted = failure(status, text);
        expect(converted).toBeInstanceOf(UpstreamError);
        expect(converted.message).not.toBe('');
        expect(converted.status).toBeGreaterThanOrEqual(400);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['tags that never end', '<a'.repeat(500_000)],
    ['heads that never end', '<html>' + '<head>'.repeat(200_000)],
    ['blanks', `key ${' '.repeat(1_000_000)}`],
    ['digits', `context length ${'1,'.repeat(500_000)}`],
    ['nested bodies', '{"error":{"message":"'.repeat(1000)],
    ['deep JSON', '[{"error":'.repeat(100_000)],
  ])('takes little time over %s', (_, text) => {
    const startedAt = process.cpuUsage().user;
    failure(400, text);
    failure(400, error({ message: text, code: 'context_length_exceeded' }));
    expect(process.cpuUsage().user - startedAt).toBeLessThan(2_000_000);
  });
});
