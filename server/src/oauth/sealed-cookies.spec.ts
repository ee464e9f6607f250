import { describe, expect, it, jest } from '@jest/globals';
import type { Environment } from '../config/environment.js';
import { MasterSecrets } from '../config/master-secrets.js';
import { SealedCookies } from './sealed-cookies.js';

const KEYS = new MasterSecrets(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));

function cookies(publicUrl = 'https://ccs.example.com', secrets = KEYS): SealedCookies {
  return new SealedCookies(secrets, { publicUrl } as Environment);
}
const LAX = { maxAgeSeconds: 600, sameSite: 'Lax' } as const;
const pairOf = (cookie: string): string => cookie.split(';', 1)[0] ?? '';

describe('SealedCookies', () => {
  it('gives back what was written, and shows none of it', () => {
    const cookie = cookies().write('flow', { verifier: 'CANARY' }, LAX);
    expect(cookie).toMatch(
      /^__Secure-ccs_oauth_[0-9a-f]{16}=[\w-]+; Path=\/oauth; HttpOnly; Max-Age=600; SameSite=Lax; Secure$/,
    );
    expect(Buffer.from(pairOf(cookie).split('=')[1] ?? '', 'base64url').toString('latin1')).not.toContain(
      'CANARY',
    );
    expect(cookies().read('flow', `theme=dark; ${pairOf(cookie)}`)).toEqual({ verifier: 'CANARY' });
  });

  it('opens nothing that was changed, renamed, or sealed with another key', () => {
    const [name, value = ''] = pairOf(cookies().write('flow', { a: 1 }, LAX)).split('=');
    const other = pairOf(cookies().write('link', { a: 1 }, LAX)).split('=')[1];
    const middle = value.length / 2;
    const changed = value.slice(0, middle) + (value[middle] === 'A' ? 'B' : 'A') + value.slice(middle + 1);
    for (const forged of [changed, other, value.slice(0, 20), '', 'x']) {
      expect(cookies().read('flow', `${name}=${forged}`)).toBeNull();
    }
    const rotated = new MasterSecrets(new Uint8Array(32).fill(3), new Uint8Array(32).fill(2));
    expect(cookies(undefined, rotated).read('flow', `${name}=${value}`)).toBeNull();
    expect(cookies().read('flow', undefined)).toBeNull();
  });

  it('knows its age, whatever the browser says', () => {
    const header = pairOf(cookies('http://127.0.0.1:8000').write('flow', {}, LAX));
    jest.useFakeTimers({ now: Date.now() + 601_000 });
    try {
      expect(cookies('http://127.0.0.1:8000').read('flow', header)).toBeNull();
    } finally {
      jest.useRealTimers();
    }
  });
});
