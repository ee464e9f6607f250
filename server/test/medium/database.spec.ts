import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { ApiKey } from '../../src/api-keys/api-key.entity.js';
import { SessionEntity } from '../../src/auth/session.entity.js';
import { MasterSecrets } from '../../src/config/master-secrets.js';
import { Secret } from '../../src/config/secret.js';
import { StartupError } from '../../src/config/startup-error.js';
import { connectPatiently } from '../../src/database/connect.js';
import { checkEncryptionKey } from '../../src/database/key-check.js';
import { migrate } from '../../src/database/migrate.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { SecretBox } from '../../src/database/secret-box.js';
import { LinkedAccountEntity } from '../../src/oauth/linked-account.entity.js';
import { Provider, ProviderModel } from '../../src/providers/provider.entity.js';
import { User } from '../../src/users/user.entity.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(30_000);

describe('the database', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  it('is migrated once when several processes start on it at the same time', async () => {
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(new Secret(database.url))));
    expect(ran.flat().sort()).toEqual(MIGRATIONS.map((migration) => new migration().name).sort());
    expect(ran.filter((names) => names.length > 0)).toHaveLength(1);
  });

  it('has what the entities say, column by column', async () => {
    await migrate(new Secret(database.url));
    const source = new DataSource({
      type: 'postgres',
      url: database.url,
      entities: [User, ApiKey, Provider, ProviderModel, SessionEntity, LinkedAccountEntity],
    });
    await source.initialize();
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      // Constraints and indexes are the migrations' own: entities need not repeat them.
      expect(upQueries.map((each) => each.query).filter((sql) => !/ (CONSTRAINT|INDEX) /.test(sql))).toEqual(
        [],
      );
    } finally {
      await source.destroy();
    }
  });

  it.each<[string, (url: URL) => void, RegExp]>([
    ['does not answer', (url) => (url.port = '1'), /at 127\.0\.0\.1:1 cannot be reached .*Is it running\?/],
    ['does not know the password', (url) => (url.password = 'CANARY'), /refuses this user or password/],
    ['has no such database', (url) => (url.pathname = '/nowhere'), /has no database 'nowhere'/],
    [
      'has a name nobody knows',
      (url) => (url.hostname = 'nowhere.invalid'),
      /host name of nowhere\.invalid:\d+ cannot be resolved/,
    ],
  ])('that %s stops the start in words', async (_, change, message) => {
    const url = new URL(database.url);
    change(url);
    const attempt = connectPatiently(new Secret(url.href), 0);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(StartupError);
    await expect(attempt).rejects.not.toThrow(/CANARY|:pw@/);
  });

  it('is waited for while it does not answer yet', async () => {
    const startedAt = performance.now();
    const url = new URL(database.url);
    url.port = '1';
    await expect(connectPatiently(new Secret(url.href), 600)).rejects.toThrow(StartupError);
    expect(performance.now() - startedAt).toBeGreaterThan(600);
  });

  it('stops the start of a process with another ENCRYPTION_KEY', async () => {
    await migrate(new Secret(database.url));
    const boxWith = (byte: number) =>
      new SecretBox(new MasterSecrets(Buffer.alloc(32), Buffer.alloc(32, byte)));
    const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    try {
      await checkEncryptionKey(source, boxWith(1));
      await checkEncryptionKey(source, boxWith(1));
      await expect(checkEncryptionKey(source, boxWith(2))).rejects.toThrow(/ENCRYPTION_KEY is not the key/);
    } finally {
      await source.destroy();
    }
  });
});
