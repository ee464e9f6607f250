import { describe, expect, it } from '@jest/globals';
import { passThroughRequestHeaders, passThroughResponseHeaders } from './pass-through-headers.js';

const CLIENT = {
  'anthropic-version': '2024-01-01',
  'anthropic-beta': 'a-1, b-2,c-3',
  'anthropic-dangerous-direct-browser-access': 'true',
  'x-stainless-os': 'Linux',
  'x-claude-code-session-id': 's',
  'x-app': 'cli',
  'user-agent': 'claude-cli/2.1',
  accept: 'application/json',
  'content-type': 'application/json',
  authorization: 'Bearer client',
  'x-api-key': 'client',
  'proxy-authorization': 'x',
  cookie: 'a=b',
  host: 'gw',
  connection: 'keep-alive',
  'content-length': '5',
  'transfer-encoding': 'chunked',
  'accept-encoding': 'br',
  'x-forwarded-for': '10.0.0.1',
  'x-provider-name': 'p',
};

const asRecord = (flat: readonly string[]): Record<string, string> =>
  Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : [])));

describe('headers to an Anthropic-format provider', () => {
  it('are the allowed ones and no other', () => {
    expect(asRecord(passThroughRequestHeaders(CLIENT, 'keep').headers)).toEqual(
      Object.fromEntries(Object.entries(CLIENT).slice(0, 9)),
    );
  });

  it('always name a version', () => {
    expect(asRecord(passThroughRequestHeaders({}, 'keep').headers)).toEqual({
      'anthropic-version': '2023-06-01',
    });
    expect(passThroughRequestHeaders({}, 'keep', '2025-01-01').headers).toEqual([
      'anthropic-version',
      '2025-01-01',
    ]);
  });

  it.each([
    ['keep', 'a-1, b-2,c-3', 0],
    ['drop', undefined, 1],
    [['c-3', 'a-1', 'x'], 'a-1,c-3', 1],
    [['a-1', 'b-2', 'c-3'], 'a-1,b-2,c-3', 0],
    [[], undefined, 1],
  ] as const)('carry the betas that pass (%j)', (betas, sent, losses) => {
    const passed = passThroughRequestHeaders(CLIENT, betas);
    expect(asRecord(passed.headers)['anthropic-beta']).toBe(sent);
    expect(passed.losses).toHaveLength(losses);
  });

  it('join what came several times', () => {
    expect(
      asRecord(passThroughRequestHeaders({ 'anthropic-beta': ['a', 'b'] }, ['b']).headers),
    ).toMatchObject({
      'anthropic-beta': 'b',
    });
  });
});

describe('headers back to the client', () => {
  it('are the allowed ones and no other', () => {
    const passed = {
      'request-id': 'r',
      'retry-after': '3',
      'retry-after-ms': '2500',
      'x-should-retry': 'true',
      'content-type': 'application/json',
    };
    expect(
      passThroughResponseHeaders({
        ...passed,
        'anthropic-ratelimit-requests-limit': '5',
        'anthropic-organization-id': 'o',
        'content-encoding': 'gzip',
        'content-length': '7',
        'set-cookie': ['a=b'],
        server: 'x',
      }),
    ).toEqual(passed);
  });
});
