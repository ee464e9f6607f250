import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { startGateway, type Gateway } from '../support/start-gateway.js';

interface ErrorBody {
  type: string;
  error: { type: string; message: string };
  request_id: string;
}

const ok = { model: 'claude-sonnet-5-5', max_tokens: 16, messages: [{ role: 'user', content: 'Hi' }] };

describe('bad input on the data plane', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({
      config: {
        default_tier: 'reject',
        providers: [
          // Nothing listens there: a request that gets so far is answered 502.
          {
            name: 'nowhere',
            api_key: 'x',
            base_url: 'http://127.0.0.1:9/v1',
            max_retries: 0,
            models: { middle: ['m1'] },
          },
          {
            name: 'keyless',
            api_key: '${A_VARIABLE_NOBODY_SETS}',
            base_url: 'http://127.0.0.1:9/v1',
            models: { big: ['m2'] },
          },
        ],
      },
    });
  }, 60_000);

  afterAll(async () => gateway.stop(), 60_000);

  const expectError = async (
    response: Response,
    status: number,
    type: string,
    message: RegExp,
  ): Promise<void> => {
    const text = await response.text();
    const body = JSON.parse(text) as ErrorBody;
    expect({ status: response.status, body }).toEqual({
      status,
      body: {
        type: 'error',
        error: { type, message: expect.stringMatching(message) },
        request_id: response.headers.get('request-id'),
      },
    });
    expect(body.request_id).toMatch(/^req_[0-9a-f-]{36}$/);
    expect(response.headers.get('x-ccs-request-id')).toBe(body.request_id);
    expect(text).not.toMatch(/\.js:\d+|node_modules/);
  };

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{"model": ', /not valid JSON/],
    ['an empty body', '', /not valid JSON/],
    ['an array', [], /object/],
    ['null', 'null', /object/],
    ['no model', { ...ok, model: undefined }, /^model: /],
    ['a model that is no string', { ...ok, model: 7 }, /^model: /],
    ['no max_tokens', { ...ok, max_tokens: undefined }, /^max_tokens: /],
    ['max_tokens as text', { ...ok, max_tokens: '16' }, /^max_tokens: /],
    ['max_tokens 0', { ...ok, max_tokens: 0 }, /^max_tokens: /],
    ['no messages', { ...ok, messages: undefined }, /^messages: /],
    ['empty messages', { ...ok, messages: [] }, /^messages: /],
    ['messages as text', { ...ok, messages: 'Hi' }, /^messages: /],
    ['a message that is no object', { ...ok, messages: ['Hi'] }, /^messages\.0/],
    ['an unknown role', { ...ok, messages: [{ role: 'robot', content: 'Hi' }] }, /^messages\.0\.role: /],
    [
      'content of a wrong type',
      { ...ok, messages: [{ role: 'user', content: 5 }] },
      /^messages\.0\.content: /,
    ],
    [
      'a tool_use without id',
      { ...ok, messages: [{ role: 'assistant', content: [{ type: 'tool_use', name: 'x' }] }] },
      /^messages\.0\.content\.0/,
    ],
    ['tools of a wrong type', { ...ok, tools: 'all' }, /^tools: /],
    ['system of a wrong type', { ...ok, system: 5 }, /^system: /],
    ['stream as text', { ...ok, stream: 'yes' }, /^stream: /],
  ])('answers %s with 400 and the name of the field', async (_, body, message) => {
    await expectError(await gateway.messages(body), 400, 'invalid_request_error', message);
  });

  it.each<[string, Record<string, string>, number, string, RegExp]>([
    ['no key', { 'x-api-key': '' }, 401, 'authentication_error', /x-api-key/],
    ['a key that was never ours', { 'x-api-key': 'sk-nope' }, 401, 'authentication_error', /key/],
    ['an unknown provider', { 'x-provider-name': 'qwen' }, 404, 'not_found_error', /nowhere/],
    [
      'a provider without its key',
      { 'x-provider-name': 'keyless' },
      404,
      'not_found_error',
      /A_VARIABLE_NOBODY_SETS/,
    ],
    ['a bad X-API-Format', { 'x-api-format': 'grpc' }, 400, 'invalid_request_error', /^x-api-format: /],
    [
      'another content type',
      { 'content-type': 'text/plain' },
      415,
      'invalid_request_error',
      /^content-type: /,
    ],
    [
      'an unknown encoding',
      { 'content-encoding': 'rot13' },
      400,
      'invalid_request_error',
      /^content-encoding: /,
    ],
    [
      'a broken encoding',
      { 'content-encoding': 'gzip' },
      400,
      'invalid_request_error',
      /^content-encoding: /,
    ],
  ])('answers %s', async (_, headers, status, type, message) => {
    const response = await gateway.messages(ok, headers);
    expect(response.headers.get('x-should-retry')).toBe(status === 401 ? 'false' : null);
    await expectError(response, status, type, message);
  });

  it('never takes a key from the query string', async () => {
    const response = await fetch(
      `${gateway.url}/v1/messages?api_key=${gateway.apiKey}&x-api-key=${gateway.apiKey}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ok),
      },
    );
    await expectError(response, 401, 'authentication_error', /key/);
  });

  it('names the models there are when it does not know one', async () => {
    await expectError(
      await gateway.messages({ ...ok, model: 'gpt-4o' }),
      404,
      'not_found_error',
      /gpt-4o.*m1/s,
    );
  });

  it('answers 404 in the dialect of the path', async () => {
    await expectError(await fetch(`${gateway.url}/v1/nope`), 404, 'not_found_error', /nope/);
    const response = await fetch(`${gateway.url}/api/nope`);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ status: 404, code: 'not_found', title: 'Not Found' });
  });

  it('lets unknown fields, headers, betas and blocks through', async () => {
    const request = {
      ...ok,
      a_new_field: { x: 1 },
      messages: [{ role: 'user', content: [{ type: 'hologram', text: 'Hi' }], novelty: true }],
    };
    const response = await gateway.messages(request, {
      'anthropic-beta': 'time-travel-2030-01-01',
      'x-new': '1',
    });
    // It went as far as the provider, which is not there.
    await expectError(response, 502, 'api_error', /nowhere/);
  });

  it('takes a compressed body', async () => {
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'x-api-key': gateway.apiKey,
      },
      body: gzipSync(JSON.stringify({ ...ok, model: 'unheard-of' })),
    });
    await expectError(response, 404, 'not_found_error', /unheard-of/);
  });

  it('answers 413 to more than 32 MB, as sent and as a bomb', async () => {
    const large = JSON.stringify({ ...ok, system: 'x'.repeat(33 * 1024 * 1024) });
    expect(await rawPost(gateway, large)).toMatch(/^HTTP\/1\.1 413 [\s\S]*"request_too_large"/);
    const bomb = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'x-api-key': gateway.apiKey,
      },
      body: gzipSync(large),
    });
    await expectError(bomb, 413, 'request_too_large', /32 MB/);
  });

  it('survives hostile keys', async () => {
    const body = `{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},${JSON.stringify(ok).slice(1)}`;
    await expectError(await gateway.messages(body), 502, 'api_error', /nowhere/);
    const login = await fetch(`${gateway.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email":"a@example.com","password":"x","__proto__":{"isAdmin":true}}',
    });
    expect(login.status).toBe(400);
  });
});

/** A client that goes on sending while the answer comes, as curl does. */
function rawPost(gateway: Gateway, body: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      if (!answer.includes('"request_id"')) return;
      resolve(answer);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after: ${answer}`)));
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-api-key: ${gateway.apiKey}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n`,
    );
    socket.write(body);
  });
}
