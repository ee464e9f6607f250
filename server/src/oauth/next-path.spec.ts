import { describe, expect, it } from '@jest/globals';
import { nextPath, withParameters } from './next-path.js';

describe('nextPath', () => {
  it.each(['/', '/keys', '/keys?a=1&b=%2F', '/a/b#c', '/a%5Cb', '/logins'])('keeps %s', (path) => {
    expect(nextPath(path)).toBe(path);
  });

  // T23
  it.each([
    '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example',
    'https://evil.example', 'https:evil.example', 'javascript:alert(1)', 'data:text/html,x', 'evil.example', '', ' /keys',
    '/.//evil.example', '/x/..//evil.example', '/./\\evil.example', '/\t/evil.example', '/\n//evil.example', '/a/..//\\evil.example',
    '/oauth/github/login', '/OAuth/github/login', '/api/auth/me', '/v1/models', '/login?error=x', '/login', `/${'a'.repeat(2000)}`,
    ['/keys'], null, undefined, 7,
  ])('leads home instead of to %j', (path) => {
    expect(nextPath(path)).toBe('/');
  }); // prettier-ignore
});

describe('withParameters', () => {
  it('adds to what is there, once', () => {
    expect(withParameters('/keys?a=1&error=old#part', { error: 'new' })).toBe('/keys?a=1&error=new#part');
  });
});
