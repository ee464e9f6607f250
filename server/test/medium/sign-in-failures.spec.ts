import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { SignInFailures } from '../../src/auth/sign-in-failures.repository.js';
import { signInLimits } from '../../src/auth/sign-in-limits.js';
import { Secret } from '../../src/config/secret.js';
import { migrate } from '../../src/database/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(30_000);

describe('failed sign-ins', () => {
  let database: TestDatabase;
  let source: DataSource;
  let here: SignInFailures;
  /** Of another process. */
  let there: SignInFailures;
  let counter = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(new Secret(database.url));
    source = await new DataSource({ type: 'postgres', url: database.url, poolSize: 4 }).initialize();
    [here, there] = [new SignInFailures(source), new SignInFailures(source)];
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const newEmail = (): string => `a${(counter += 1)}@x`;
  const newPlace = (): string => `10.${(counter += 1) % 250}.${counter % 7}.1`;
  const fail = async (times: number, email: string, address: string): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      await here.count(signInLimits(email, address));
      await database.query(`update sign_in_failures set blocked_until = now() - interval '1 second'
        where blocked_until > now() and failures < $1`, [times]); // prettier-ignore
    }
  };
  const wait = (email: string, address: string): Promise<number> => there.count(signInLimits(email, address));

  it.each([
    [9, 0], [10, 1], [11, 2], [12, 4], [15, 32], [30, 900],
  ])('%i in a row of one account at one place cost %i s, on every replica', async (failures, seconds) => {
    const [email, address] = [newEmail(), newPlace()];
    await fail(failures, email, address);
    expect(await wait(email, address)).toBe(seconds);
    expect(await wait(newEmail(), address)).toBe(0);
    expect(await wait(email, newPlace())).toBe(0);
  }); // prettier-ignore

  it('slow down a place that tries many accounts', async () => {
    const address = newPlace();
    for (let count = 0; count < 50; count += 1) await here.count(signInLimits(newEmail(), address));
    expect(await wait(newEmail(), address)).toBe(1);
    expect(await wait(newEmail(), newPlace())).toBe(0);
  });

  it('slow down an account that is tried from many places, whoever tries', async () => {
    const email = newEmail();
    for (let count = 0; count < 100; count += 1) await here.count(signInLimits(email, newPlace()));
    expect(await wait(email, '192.0.2.1')).toBe(1);
  });

  it('count once each, however many at once', async () => {
    const [email, address] = [newEmail(), newPlace()];
    await Promise.all(Array.from({ length: 40 }, () => here.count(signInLimits(email, address))));
    const [, , account] = signInLimits(email, address);
    const { rows } = await database.query('select failures from sign_in_failures where key = $1', [
      account?.key,
    ]);
    const [{ failures = 0 } = {}] = rows as { failures?: number }[];
    expect(failures).toBeGreaterThanOrEqual(10);
    expect(failures).toBeLessThanOrEqual(40);
    expect(await wait(email, address)).toBeGreaterThan(0);
  });

  it('are forgotten after a quarter of an hour, and swept away', async () => {
    const [email, address] = [newEmail(), newPlace()];
    await fail(12, email, address);
    await database.query(`update sign_in_failures set blocked_until = now() - interval '16 minutes',
      forgotten_at = now() - interval '1 second'`); // prettier-ignore
    expect(await wait(email, address)).toBe(0);
    const [both] = signInLimits(email, address);
    const { rows } = await database.query('select failures from sign_in_failures where key = $1', [
      both?.key,
    ]);
    expect(rows).toEqual([{ failures: 1 }]);
    for (let count = 0; count < 30; count += 1) await here.count(signInLimits(email, address));
    const left = await database.query('select 1 from sign_in_failures where forgotten_at < now()');
    expect(left.rows).toEqual([]);
  });

  it('of an account are forgotten when its owner gets in; those of the place are not, but his own', async () => {
    const [email, address] = [newEmail(), newPlace()];
    for (let count = 0; count < 48; count += 1) await here.count(signInLimits(newEmail(), address));
    for (let count = 0; count < 5; count += 1) {
      await here.count(signInLimits(email, address));
      await here.takeBack(signInLimits(email, address));
    }
    const [both, place, account] = signInLimits(email, address);
    const failuresOf = async (key: Buffer | undefined): Promise<unknown> =>
      (await database.query('select failures from sign_in_failures where key = $1', [key])).rows;
    expect(await failuresOf(both?.key)).toEqual([]);
    expect(await failuresOf(account?.key)).toEqual([]);
    expect(await failuresOf(place?.key)).toEqual([{ failures: 48 }]);
  });

  it('keep nobody’s address in clear', async () => {
    await here.count(signInLimits('somebody@example.com', '203.0.113.7'));
    const { rows } = await database.query('select * from sign_in_failures');
    expect(JSON.stringify(rows)).not.toMatch(/somebody|203\.0/);
  });
});
