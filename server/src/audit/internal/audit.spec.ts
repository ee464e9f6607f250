import { describe, expect, it } from '@jest/globals';
import { CHAIN_START, canonicalJson, chainHash } from './hash-chain.js';
import { maskSecrets } from './mask-secrets.js';

const event = {
  id: 1,
  at: new Date('2026-11-25T10:00:00.123Z'),
  action: 'user.update',
  outcome: 'success',
  actorId: 1,
  actorEmail: 'a@example.com',
  address: '127.0.0.1',
  targetKind: 'user',
  targetId: '2',
  targetName: 'b@example.com',
  before: { is_admin: false },
  after: { is_admin: true, name: 'B' },
} as const;

describe('the chain of the audit trail', () => {
  it('does not depend on the order of keys, which jsonb does not keep', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
    const turned = { ...event, after: { name: 'B', is_admin: true } };
    expect(chainHash(CHAIN_START, turned)).toEqual(chainHash(CHAIN_START, event));
  });

  it.each([
    ['id', { id: 2 }],
    ['at', { at: new Date('2026-11-25T10:00:00.124Z') }],
    ['action', { action: 'user.create' }],
    ['outcome', { outcome: 'failure' }],
    ['actorId', { actorId: 2 }],
    ['actorEmail', { actorEmail: null }],
    ['address', { address: '127.0.0.2' }],
    ['targetKind', { targetKind: 'api_key' }],
    ['targetId', { targetId: '3' }],
    ['targetName', { targetName: null }],
    ['before', { before: null }],
    ['after', { after: { is_admin: false, name: 'B' } }],
  ] as const)('shows a change of %s', (_, change) => {
    expect(chainHash(CHAIN_START, { ...event, ...change })).not.toEqual(chainHash(CHAIN_START, event));
  });

  it('shows a change of anything before', () => {
    expect(chainHash(Buffer.alloc(32, 1), event)).not.toEqual(chainHash(CHAIN_START, event));
  });
});

describe('masking', () => {
  it.each([
    [
      { password: 'x', name: 'n' },
      { password: '[secret]', name: 'n' },
    ],
    [
      { api_key: 'sk-1', apiKey: 'sk-1' },
      { api_key: '[secret]', apiKey: '[secret]' },
    ],
    [{ custom_headers: { 'X-Key': 'k' } }, { custom_headers: '[secret]' }],
    [{ nested: [{ client_secret: 's' }] }, { nested: [{ client_secret: '[secret]' }] }],
    [
      { api_key: null, password_set: true },
      { api_key: null, password_set: true },
    ],
    [
      { budget_day_usd: 3, allowed_models: ['a'] },
      { budget_day_usd: 3, allowed_models: ['a'] },
    ],
  ])('turns %j into %j', (fields, masked) => {
    expect(maskSecrets(fields)).toEqual(masked);
  });
});
