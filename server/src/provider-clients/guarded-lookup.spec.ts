import { describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { EgressPolicy } from './egress-policy.js';
import { ForbiddenAddressError, guardedLookup, type ResolveHost } from './guarded-lookup.js';

const four = (address: string): LookupAddress => ({ address, family: 4 });

function look(resolve: ResolveHost, host = 'api.example.com', all = true) {
  const lookup = guardedLookup(new EgressPolicy(false), resolve);
  return () =>
    new Promise<unknown>((done, fail) => {
      lookup(host, { all }, (error, found) => (error === null ? done(found) : fail(error)));
    });
}

describe('resolving for a connection', () => {
  it('gives all addresses, or the first', async () => {
    const resolve: ResolveHost = () => Promise.resolve([four('1.1.1.1'), four('8.8.8.8')]);
    await expect(look(resolve)()).resolves.toEqual([four('1.1.1.1'), four('8.8.8.8')]);
    await expect(look(resolve, 'x', false)()).resolves.toBe('1.1.1.1');
  });

  it('refuses a name with one address that is not allowed', async () => {
    const resolve: ResolveHost = () => Promise.resolve([four('1.1.1.1'), four('10.0.0.1')]);
    await expect(look(resolve)()).rejects.toThrow(ForbiddenAddressError);
    await expect(look(resolve)()).rejects.toThrow(/api\.example\.com: 10\.0\.0\.1/);
  });

  it('looks anew each time, so that a name that changes its address is caught', async () => {
    const answers = [[four('1.1.1.1')], [four('127.0.0.1')]];
    const asked = look(() => Promise.resolve(answers.shift() ?? []));
    await expect(asked()).resolves.toEqual([four('1.1.1.1')]);
    await expect(asked()).rejects.toThrow(ForbiddenAddressError);
  });

  it('asks once for those who ask at the same time', async () => {
    let asks = 0;
    const asked = look(() => {
      asks += 1;
      return Promise.resolve([four('1.1.1.1')]);
    });
    await Promise.all([asked(), asked(), asked()]);
    expect(asks).toBe(1);
    await asked();
    expect(asks).toBe(2);
  });

  it('passes on what the resolver says, and takes nothing for not found', async () => {
    const broken = Object.assign(new Error('x'), { code: 'EAI_AGAIN' });
    await expect(look(() => Promise.reject(broken))()).rejects.toBe(broken);
    await expect(look(() => Promise.resolve([]))()).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});
