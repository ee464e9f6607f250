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
    'password', 'one_time_password', 'newPassword', 'password_hash', 'client_secret', 'ALERT_WEBHOOK_SECRET', 'secret_value',
    'token', 'access_token', 'refreshToken', 'METRICS_TOKEN', 'api_key', 'apiKey', 'apikey', 'X-Api-Key', 'key', 'api_keys',
    'ENCRYPTION_KEY', 'jwt_secret_key', 'private_key', 'credentials', 'Authorization', 'set-cookie', 'token_digest',
    'custom_headers', 'headers',
  ])('replaces what %s holds, wherever it is', (name) => {
    expect(maskSecrets({ [name]: 'x', nested: [{ [name]: ['x'] }] })).toEqual({
      [name]: '[secret]',
      nested: [{ [name]: '[secret]' }],
    });
  }); // prettier-ignore

  it.each([
    ['max_tokens_limit', 8192], ['max_tokens', 5], ['count_tokens', 'local'], ['retry_on_zero_output_tokens_retries', 2],
    ['input_tokens', 7], ['token_limit', 9], ['tpm', 1000], ['key_prefix', 'sk-a1b2'], ['key_id', 3], ['last_four', 'wxyz'],
    ['credentials_version', 2], ['must_change_password', true], ['has_password', true], ['api_key_set', 'no'],
    ['auth', 'x-api-key'], ['api_key', null], ['keyboard', 'us'], ['monkey', 'm'], ['secretary', 's'], ['budget_day_usd', 3],
    ['allowed_models', ['a']], ['header_case', 'lower'], ['tokenizer', 'o200k'], ['passwordless', 'yes'],
  ])('leaves %s: %j as it is', (name, value) => {
    expect(maskSecrets({ [name]: value, nested: { [name]: value } })).toEqual({
      [name]: value,
      nested: { [name]: value },
    });
  }); // prettier-ignore

  it('has nothing to do where there is nothing', () => {
    expect([maskSecrets(null), maskSecrets(undefined)]).toEqual([null, null]);
  });
});
