import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InvalidEnvironmentError } from '../../src/config/startup-error.js';
import { Secret } from '../../src/config/secret.js';
import { migrate } from '../../src/database/migrate.js';
import { safeEnvironment } from '../../src/users/safe-start.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(30_000);

const GOOD = {
  HOST: '0.0.0.0',
  JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
  ENCRYPTION_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  ADMIN_PASSWORD: 'four quiet wooden boats',
};
const { ADMIN_PASSWORD: _, ...NO_PASSWORD } = GOOD;
const BARE = { HOST: '0.0.0.0' };

/** What is in the database, by name. */
const STATES = {
  nothing: [],
  tables: ['migrate'],
  'a one-time password that is still good': [
    'migrate',
    `insert into users (email, is_admin, must_change_password) values ('boss@x', true, true)`,
    `insert into settings (key, value) values ('one_time_password_of', '1')`,
  ],
  'a one-time password that was replaced': [
    'migrate',
    `insert into users (email, is_admin, must_change_password) values ('boss@x', true, false)`,
    `insert into settings (key, value) values ('one_time_password_of', '1')`,
  ],
  'a user who has to choose a password': [
    'migrate',
    `insert into users (email, is_admin) values ('boss@x', true)`,
    `insert into users (email, must_change_password) values ('new@x', true)`,
  ],
} as const;

describe('a start', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  const problemsOf = async (variables: Record<string, string>): Promise<string[]> => {
    try {
      await safeEnvironment({ DATABASE_URL: database.url, ...variables });
      return [];
    } catch (error) {
      if (!(error instanceof InvalidEnvironmentError)) throw error;
      for (const { variable } of error.problems) expect(error.message).toContain(`${variable}: `);
      expect(error.message).not.toContain(GOOD.JWT_SECRET_KEY);
      return error.problems.map((problem) => problem.variable);
    }
  };

  it.each<[string, Record<string, string>, keyof typeof STATES, string[]]>([
    ['on loopback', {}, 'nothing', []],
    ['on loopback', {}, 'a one-time password that is still good', []],
    ['on loopback in DEV_MODE', { DEV_MODE: 'true' }, 'nothing', []],
    ['beyond loopback with everything', GOOD, 'nothing', []],
    ['beyond loopback with nothing', BARE, 'nothing', ['JWT_SECRET_KEY', 'ENCRYPTION_KEY', 'ADMIN_PASSWORD']],
    ['beyond loopback with nothing', BARE, 'tables', ['JWT_SECRET_KEY', 'ENCRYPTION_KEY', 'ADMIN_PASSWORD']],
    ['beyond loopback with nothing', BARE, 'a one-time password that is still good', ['JWT_SECRET_KEY', 'ENCRYPTION_KEY', 'HOST']],
    ['beyond loopback in DEV_MODE', { ...GOOD, DEV_MODE: 'true' }, 'a one-time password that is still good', ['DEV_MODE', 'HOST']],
    ['beyond loopback with a bad port as well', { ...BARE, PORT: 'x' }, 'nothing', ['PORT', 'JWT_SECRET_KEY', 'ENCRYPTION_KEY', 'ADMIN_PASSWORD']],
    ['beyond loopback without a first password', NO_PASSWORD, 'tables', ['ADMIN_PASSWORD']],
    ['beyond loopback with a common password', { ...GOOD, ADMIN_PASSWORD: 'Sunshine2026!' }, 'nothing', ['ADMIN_PASSWORD']],
    ['beyond loopback with everything', GOOD, 'a one-time password that is still good', ['HOST']],
    ['beyond loopback', NO_PASSWORD, 'a one-time password that was replaced', []],
    ['beyond loopback', NO_PASSWORD, 'a user who has to choose a password', []],
    ['beyond loopback with copied secrets', { ...GOOD, JWT_SECRET_KEY: 'change-me-in-production-0123456789' }, 'nothing', ['JWT_SECRET_KEY']],
    ['beyond loopback with one secret for both', { ...GOOD, JWT_SECRET_KEY: GOOD.ENCRYPTION_KEY }, 'nothing', ['ENCRYPTION_KEY']],
    ['beyond loopback without a database', { ...BARE, DATABASE_URL: 'mysql://x' }, 'nothing', ['DATABASE_URL', 'JWT_SECRET_KEY', 'ENCRYPTION_KEY']],
  ])('%s (%j), on a database with %s, lacks %j', async (_name, variables, state, expected) => {
    for (const step of STATES[state]) {
      if (step === 'migrate') await migrate(new Secret(database.url));
      else await database.query(step);
    }
    expect((await problemsOf(variables)).sort()).toEqual([...expected].sort());
  }); // prettier-ignore
});
