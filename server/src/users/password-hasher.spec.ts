import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { SignInBusyError } from '../errors/gateway-state-errors.js';
import { PasswordHasher } from './password-hasher.js';

// Threads of low priority wait until everybody else has what they want: on a busy machine that takes a while.
jest.setTimeout(120_000);

describe('password hashes', () => {
  const hasher = new PasswordHasher();
  const verify = (hash: string | null, password: string): Promise<boolean> =>
    hasher.inTurn((turn) => turn.verify(hash, password));

  afterAll(() => hasher.onApplicationShutdown());

  it('are argon2id with the parameters of ASVS, salted, and verified', async () => {
    const [first, second] = await Promise.all([hasher.hash('secret'), hasher.hash('secret')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    expect(first).not.toBe(second);
    await expect(verify(first, 'secret')).resolves.toBe(true);
    await expect(verify(first, 'Secret')).resolves.toBe(false);
  });

  it('that do not exist match nothing', async () => {
    await expect(verify(null, '')).resolves.toBe(false);
  });

  it('are worked on by as many at once as there are threads, with all that belongs to the work', async () => {
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await setImmediate();
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => hasher.inTurn(work)));
    expect(most).toBe(Math.max(1, Math.floor(availableParallelism() / 2)));
  });

  it('are made by a bounded number at a time; the rest is told to come back', async () => {
    const asked = Array.from({ length: 60 }, () => verify(null, 'x'));
    const results = await Promise.allSettled(asked);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(SignInBusyError);
    await expect(verify(null, 'x')).resolves.toBe(false);
  });
});
