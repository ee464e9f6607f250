import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { SignInBusyError } from '../errors/gateway-state-errors.js';
import { PasswordHasher } from './password-hasher.js';

// Threads of low priority wait until everybody else has what they want: on a busy machine that takes a while.
jest.setTimeout(120_000);

describe('password hashes', () => {
  const hasher = new PasswordHasher();

  afterAll(() => hasher.onApplicationShutdown());

  it('are argon2id with the parameters of ASVS, salted, and verified', async () => {
    const [first, second] = await Promise.all([hasher.hash('secret'), hasher.hash('secret')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    expect(first).not.toBe(second);
    await expect(hasher.verify(first, 'secret')).resolves.toBe(true);
    await expect(hasher.verify(first, 'Secret')).resolves.toBe(false);
  });

  it('that do not exist match nothing', async () => {
    await expect(hasher.verify(null, '')).resolves.toBe(false);
  });

  it('are made by a bounded number at a time; the rest is told to come back', async () => {
    const asked = Array.from({ length: 60 }, () => hasher.verify(null, 'x'));
    const results = await Promise.allSettled(asked);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(SignInBusyError);
    await expect(hasher.verify(null, 'x')).resolves.toBe(false);
  });
});
