import { describe, expect, it } from '@jest/globals';
import { Secret } from '../config/secret.js';
import { NotFoundError } from '../errors/caller-errors.js';
import { UpstreamError } from '../errors/upstream-error.js';
import { maskProviderSecrets } from './mask-provider-secrets.js';

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
});
