import { describe, expect, it } from '@jest/globals';
import { EnvironmentReader } from './environment-reader.js';
import { proxyFor, readProxies } from './proxy-settings.js';

const PROXY = 'http://proxy.example.com:3128';

function chosen(url: string, variables: Record<string, string>): string | null {
  const reader = new EnvironmentReader(variables);
  const settings = readProxies(reader);
  expect(reader.problems).toEqual([]);
  return proxyFor(new URL(url), settings)?.reveal() ?? null;
}

describe('the proxy of a request', () => {
  it('is chosen by scheme; small letters win; one for http serves https', () => {
    expect(chosen('https://a.com', {})).toBeNull();
    expect(chosen('https://a.com', { HTTPS_PROXY: PROXY })).toBe(PROXY);
    expect(chosen('http://a.com', { HTTPS_PROXY: PROXY })).toBeNull();
    expect(chosen('https://a.com', { HTTP_PROXY: PROXY })).toBe(PROXY);
    expect(chosen('https://a.com', { HTTPS_PROXY: 'http://x:1', https_proxy: PROXY })).toBe(PROXY);
    expect(chosen('https://a.com', { HTTPS_PROXY: 'proxy.example.com:3128' })).toBe(PROXY);
  });

  it.each(['http://localhost:8080', 'http://127.0.0.9', 'http://[::1]:1', 'http://a.localhost'])(
    'is none for %s',
    (url) => {
      expect(chosen(url, { HTTP_PROXY: PROXY })).toBeNull();
    },
  );

  it.each([
    ['*', 'https://a.com', false],
    ['a.com', 'https://a.com', false],
    ['a.com', 'https://b.a.com', false],
    ['.a.com', 'https://a.com', false],
    ['*.a.com', 'https://a.com', true],
    ['*.a.com', 'https://b.a.com.', false],
    ['a.com', 'https://ba.com', true],
    ['A.com:8443', 'https://a.com:8443', false],
    ['a.com:8443', 'https://a.com', true],
    ['a.com:443', 'https://a.com', false],
    ['x, 10.0.0.0/8', 'http://10.2.3.4', false],
    ['10.0.0.0/8', 'http://11.2.3.4', true],
    ['10.0.0.1', 'http://10.0.0.1', false],
    ['[fd00::1]:80', 'http://[fd00::1]', false],
    ['fd00::/8', 'http://[fd12::1]', false],
    ['fd00::/8', 'http://10.0.0.1', true],
  ])('with NO_PROXY=%s for %s: %s', (without, url, proxied) => {
    expect(chosen(url, { HTTP_PROXY: PROXY, NO_PROXY: without })).toBe(proxied ? PROXY : null);
  });

  it('must be an HTTP proxy', () => {
    const reader = new EnvironmentReader({ HTTPS_PROXY: 'socks5://user:CANARY@x' });
    readProxies(reader);
    expect(reader.problems.map(({ variable }) => variable)).toEqual(['HTTPS_PROXY']);
    expect(JSON.stringify(reader.problems)).not.toContain('CANARY');
  });
});
