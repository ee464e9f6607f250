import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DataSource, EntityManager } from 'typeorm';
import { MasterSecrets } from '../../src/config/master-secrets.js';
import { Secret } from '../../src/config/secret.js';
import { StartupError } from '../../src/config/startup-error.js';
import { loadDigestKey } from '../../src/database/digest-key.js';
import { checkEncryptionKey } from '../../src/database/key-check.js';
import { migrate } from '../../src/database/migrate.js';
import { rotateSecrets } from '../../src/database/rotate-secrets.js';
import { SEALED_COLUMNS } from '../../src/database/sealed-columns.js';
import { SecretBox } from '../../src/database/secret-box.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const secretsOf = (key: string): MasterSecrets => new MasterSecrets(Buffer.alloc(0), Buffer.from(key, 'hex'));
const OLD = secretsOf('5f'.repeat(32));
const NEW = secretsOf('be'.repeat(32));
const CAPTURED = '0193b0a0-0000-7000-8000-000000000001';
const STRANGE = secretsOf('77'.repeat(32));

describe('a new ENCRYPTION_KEY', () => {
  let database: TestDatabase;
  let source: DataSource;
  let digestKey: Uint8Array;

  beforeEach(async () => {
    database = await createTestDatabase();
    await migrate(new Secret(database.url));
    source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    const box = new SecretBox(OLD);
    await checkEncryptionKey(source, box);
    digestKey = (await loadDigestKey(source, box, OLD)).reveal();
    const fileText = box.seal('{}', { table: 'settings', column: 'value', row: 'provider_file' });
    await database.query(`insert into settings (key, value) values ('provider_file', $1), ('other', '3')`, [
      JSON.stringify({ text: fileText, hash: 'abc' }),
    ]);
    for (const row of [101, 102]) {
      await database.query(
        `insert into providers (id, name, api_format, base_url, api_key, custom_headers) overriding system value
         values ($1::integer, 'p' || $1, 'openai', 'https://up.example', $2, $3)`,
        [
          row,
          box.seal(`up-${row}`, { table: 'providers', column: 'api_key', row }),
          JSON.stringify({
            'x-team': box.seal(`team-${row}`, { table: 'providers', column: 'custom_headers.x-team', row }),
            'x-plain': '${TEAM}',
          }),
        ],
      );
    }
    await database.query(`insert into providers (id, name, api_format, base_url, api_key) overriding system value
      values (103, 'reference', 'openai', 'https://up.example', '\${KEY}'),
             (104, 'none', 'openai', 'https://up.example', null)`);
    await database.query(
      `with ann as (insert into users (email) values ('ann@example.com') returning id)
       insert into captures (request_id, user_id, bodies) select $1, id, $2 from ann`,
      [CAPTURED, box.seal('[]', { table: 'captures', column: 'bodies', row: CAPTURED })],
    );
  });
  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const rotate = (previous = OLD, next = NEW) => rotateSecrets(new Secret(database.url), previous, next);
  const stored = async (): Promise<unknown> =>
    (await database.query(`select p.id, api_key, custom_headers from providers p order by id`)).rows.concat(
      (await database.query(`select key, value from settings order by key`)).rows,
    );

  it('reads everything that was stored, and knows the API keys, once they were rotated', async () => {
    const { resealed } = await rotate();
    expect(resealed).toBeGreaterThanOrEqual(6);
    const box = new SecretBox(NEW);
    const { rows } = await database.query(
      `select id, api_key, custom_headers from providers where id > 100 order by id`,
    );
    const [first, second, reference, none] = rows as {
      id: number;
      api_key: string | null;
      custom_headers: Record<string, string>;
    }[];
    for (const row of [first, second]) {
      const place = { table: 'providers', column: 'api_key', row: row?.id ?? 0 };
      expect(box.open(row?.api_key ?? '', place).reveal()).toBe(`up-${row?.id}`);
      const header = { ...place, column: 'custom_headers.x-team' };
      expect(box.open(row?.custom_headers['x-team'] ?? '', header).reveal()).toBe(`team-${row?.id}`);
      expect(row?.custom_headers['x-plain']).toBe('${TEAM}');
    }
    expect([reference?.api_key, none?.api_key]).toEqual(['${KEY}', null]);

    const { rows: settings } = await database.query(
      `select value ->> 'text' as text from settings where key = 'provider_file'`,
    );
    const file = (settings as { text: string }[])[0]?.text ?? '';
    expect(box.open(file, { table: 'settings', column: 'value', row: 'provider_file' }).reveal()).toBe('{}');

    expect((await loadDigestKey(source, box, NEW)).reveal()).toEqual(digestKey);
    const oldStart = checkEncryptionKey(source, new SecretBox(OLD));
    await expect(oldStart).rejects.toThrow(/ENCRYPTION_KEY is not the key this database was written with/);
  });

  it('may be rotated to again, and takes in what was written with the old one meanwhile', async () => {
    const first = await rotate();
    const before = await stored();
    await expect(rotate()).resolves.toEqual({ resealed: 0, untouched: first.resealed });
    expect(await stored()).toEqual(before);

    const late = new SecretBox(OLD).seal('late', { table: 'providers', column: 'api_key', row: 102 });
    await database.query(`update providers set api_key = $1 where id = 102`, [late]);
    await expect(rotate()).resolves.toEqual({ resealed: 1, untouched: first.resealed - 1 });
  });

  it('takes in every capture of many, a page of them at a time', async () => {
    const box = new SecretBox(OLD);
    const place = (row: string) => ({ table: 'captures', column: 'bodies', row });
    const ids = Array.from({ length: 130 }, () => randomUUID());
    await database.query(
      `insert into captures (request_id, user_id, bodies)
       select id, (select user_id from captures limit 1), bodies from unnest($1::uuid[], $2::text[]) as new (id, bodies)`,
      [ids, ids.map((id) => box.seal(id, place(id)))],
    );
    const query = jest.spyOn(EntityManager.prototype, 'query');
    try {
      await rotate();
      const answers: unknown[] = await Promise.all(query.mock.results.map(({ value }) => value));
      const most = Math.max(...answers.map((rows) => (Array.isArray(rows) ? rows.length : 0)));
      expect(most).toBeLessThanOrEqual(25);
    } finally {
      query.mockRestore();
    }
    const { rows } = await database.query('select request_id, bodies from captures where request_id <> $1', [
      CAPTURED,
    ]);
    const now = new SecretBox(NEW);
    const read = (rows as { request_id: string; bodies: string }[]).map(
      ({ request_id: id, bodies }) => now.open(bodies, place(id)).reveal() === id,
    );
    expect(read).toEqual(ids.map(() => true));
  });

  it.each<[string, MasterSecrets, MasterSecrets, RegExp]>([
    ['the old key is not the right one', STRANGE, NEW, /PREVIOUS_ENCRYPTION_KEY is not the key/],
    ['the two are the same', OLD, OLD, /are the same/],
  ])('changes nothing when %s', async (_, previous, next, message) => {
    const before = await stored();
    const attempt = rotate(previous, next);
    await expect(attempt).rejects.toThrow(StartupError);
    await expect(attempt).rejects.toThrow(message);
    expect(await stored()).toEqual(before);
  });

  it('changes nothing when one value was moved to another row', async () => {
    await database.query(
      `update providers set api_key = (select api_key from providers where id = 101) where id = 102`,
    );
    const before = await stored();
    await expect(rotate()).rejects.toThrow(/providers\.api_key of 102 can be read with neither key/);
    expect(await stored()).toEqual(before);
  });

  it('is told of every column that holds sealed values', async () => {
    const { rows } = await database.query(
      `select table_name, column_name from information_schema.columns where table_schema = 'public'`,
    );
    const columns = rows as { table_name: string; column_name: string }[];
    const sealed: string[] = [];
    for (const { table_name: table, column_name: column } of columns) {
      const found = await database.query(
        `select 1 from "${table}" where "${column}"::text like '%gcm1.%' limit 1`,
      );
      if (found.rows.length > 0) sealed.push(`${table}.${column}`);
    }
    expect(sealed.sort()).toEqual(SEALED_COLUMNS.map(({ table, name }) => `${table}.${name}`).sort());
  });
});
