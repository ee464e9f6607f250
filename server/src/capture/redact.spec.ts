import { describe, expect, it } from '@jest/globals';
import { redact, REDACTED } from './redact.js';

const KEY = 'sk-ant-api03-AbCdEf0123456789AbCdEf0123456789';

describe('the redaction of bodies', () => {
  it.each([
    ['a key of a provider', `use ${KEY} please`, `use ${REDACTED} please`],
    ['a bearer token', 'Authorization: Bearer abc.def.ghi-123456', `Authorization: Bearer ${REDACTED}`],
    ['a password in a URL', 'postgres://app:hunter2hunter2@db/x', `postgres://app:${REDACTED}@db/x`],
    ['a member of JSON', '{"api_key":"0123","a":1}', `{"api_key":"${REDACTED}","a":1}`],
    [
      'a member of JSON in a text of JSON',
      JSON.stringify({ text: JSON.stringify({ db_password: 'x y', a: 1 }) }),
      JSON.stringify({ text: JSON.stringify({ db_password: REDACTED, a: 1 }) }),
    ],
    [
      'a line of an environment file',
      'A=1\nOPENAI_API_KEY=abcd1234\nB=2',
      `A=1\nOPENAI_API_KEY=${REDACTED}\nB=2`,
    ],
    [
      'a private key',
      'x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\ny',
      `x\n${REDACTED}\ny`,
    ],
    ['the beginning of a private key that was cut off', '-----BEGIN PRIVATE KEY-----\nMII', REDACTED],
    ['a token of GitHub', 'ghp_0123456789abcdefghij0123456789', REDACTED],
    ['a JWT', 'eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM', REDACTED],
  ])('takes out %s', (_, text, expected) => {
    expect(redact(text)).toEqual({ text: expected, count: 1 });
  });

  it('takes out what is known to be a secret, wherever it is', () => {
    expect(redact('a=weird value! b=weird value!', ['weird value!', 'b'])).toEqual({
      text: `a=${REDACTED} b=${REDACTED}`,
      count: 2,
    });
  });

  it.each([
    'The password is part of every sign-in.',
    '{"max_tokens":100,"token_count":5,"secretary":"Ann"}',
    'https://example.com:8080/a?b=c',
    'task-list sk-short',
  ])('leaves alone: %s', (text) => {
    expect(redact(text)).toEqual({ text, count: 0 });
  });

  it('takes no longer than a body is long', () => {
    for (const text of [
      '"'.repeat(262_144),
      'a'.repeat(262_144),
      'A_'.repeat(131_072),
      '\\"api_key'.repeat(26_000),
    ]) {
      const startedAt = performance.now();
      redact(text);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
  });
});
