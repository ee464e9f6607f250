import { describe, expect, it } from '@jest/globals';
import { Secret } from '../config/secret.js';
import { NotFoundError } from '../errors/caller-errors.js';
import { UpstreamError } from '../errors/upstream-error.js';
import { maskProviderSecrets, maskSecretsIn, repeatsSecrets } from './mask-provider-secrets.js';

const provider = {
  apiKey: new Secret('opaque-key'),
  customHeaders: [
    ['x-long', new Secret('opaque-key-and-more')],
    ['x-short', new Secret('ok')],
  ] as const,
};

describe('the complaint of a provider', () => {
  it('loses the secrets it repeats, and nothing else', () => {
    const error = new UpstreamError('upstream_credential', 'not ok: opaque-key, opaque-key-and-more', {
      upstreamStatus: 401,
      headers: { 'x-should-retry': 'false' },
      retryAfterSeconds: 3,
      shouldRetry: false,
    });
    expect(maskProviderSecrets(error, provider)).toMatchObject({
      code: 'upstream_credential',
      message: 'not ok: [secret], [secret]',
      upstreamStatus: 401,
      headers: { 'x-should-retry': 'false' },
      retryAfterSeconds: 3,
      shouldRetry: false,
      silence: undefined,
    });
  });

  it('stays the very same without any', () => {
    const error = new UpstreamError('upstream_failed', 'no secret');
    expect(maskProviderSecrets(error, provider)).toBe(error);
    const other = new NotFoundError('opaque-key');
    expect(maskProviderSecrets(other, provider)).toBe(other);
  });

  it.each([
    ['as it is', 'schlüssel/"1"'],
    ['in JSON', String.raw`schlüssel/\"1\"`],
    ['in JSON of PHP', String.raw`schlüssel\/\"1\"`],
    ['in JSON of Python', String.raw`schl\u00fcssel/\"1\"`],
  ])('is found %s', (_, spelling) => {
    const strange = { apiKey: new Secret('schlüssel/"1"'), customHeaders: [] };
    const body = `{"message":"no such key: ${spelling}"}`;
    expect(repeatsSecrets(Buffer.from(body), strange)).toBe(true);
    expect(maskSecretsIn(body, strange)).toBe('{"message":"no such key: [secret]"}');
  });
});
