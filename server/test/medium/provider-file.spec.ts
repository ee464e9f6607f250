import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogProvider } from '../../src/providers/catalog-provider.js';
import { ProviderCatalog } from '../../src/providers/provider-catalog.js';
import { ProviderFileImport } from '../../src/providers/provider-file-import.js';
import { StoredSecrets } from '../../src/providers/stored-secrets.js';
import { eventually } from '../support/eventually.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const SECRETS = {
  ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
  JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
};

const provider = (name: string, extra: object = {}) => ({
  name, base_url: 'https://api.example.com/v1', api_key: 'literal-CANARY', models: { middle: ['m1', 'm2'] }, ...extra,
}); // prettier-ignore

describe('provider.json and the database', () => {
  let database: TestDatabase;
  let directory: string;
  let path: string;
  const opened: Rooms[] = [];

  beforeEach(async () => {
    database = await createTestDatabase();
    directory = await mkdtemp(join(tmpdir(), 'ccs-file-'));
    path = join(directory, 'provider.json');
  });
  afterEach(async () => {
    for (const rooms of opened.splice(0)) await rooms.close();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  const write = (file: unknown) => writeFile(path, typeof file === 'string' ? file : JSON.stringify(file));
  const start = async (file?: unknown, variables: Record<string, string> = {}): Promise<Rooms> => {
    if (file !== undefined) await write(file);
    const rooms = await startRooms(
      testEnvironment(database.url, { ...SECRETS, PROVIDER_CONFIG_PATH: path }),
      { variables },
    );
    opened.push(rooms);
    return rooms;
  };
  /** A later start with another text of the file. */
  const restart = async (file: unknown, variables: Record<string, string> = {}): Promise<Rooms> => {
    for (const rooms of opened.splice(0)) await rooms.close();
    return start(file, variables);
  };
  const providers = (rooms: Rooms) => rooms.app.get(ProviderCatalog).snapshot().providers;
  const named = (rooms: Rooms, name: string): CatalogProvider => {
    const found = providers(rooms).find((each) => each.name === name);
    if (found === undefined) throw new Error(`no provider ${name}`);
    return found;
  };
  /** What the portal does to an entry. */
  const edit = (set: string, name: string) =>
    database.query(`update providers set ${set} where name = $1`, [name]);

  it('is in the catalog after the first start, in order, references resolved by this process', async () => {
    const rooms = await start(
      {
        providers: [
          provider('late', { priority: 2 }),
          provider('first', {
            api_key: '${FIRST_KEY}',
            base_url: '${FIRST_URL:-https://first.example.com/}',
            timeout: 7,
          }),
          provider('second', {
            api_format: 'anthropic',
            custom_headers: { 'X-Team': 'red', Authorization: 'Bearer ${API_KEY}' },
          }),
          provider('unset', { api_key: '${NOT_SET}' }),
          provider('off', { enabled: false }),
        ],
        fallback_strategy: 'weighted',
        model_aliases: { 'gpt-*': 'middle' },
        default_tier: 'big',
      },
      { FIRST_KEY: 'from-env' },
    );
    const snapshot = rooms.app.get(ProviderCatalog).snapshot();
    expect(snapshot).toMatchObject({
      fallbackStrategy: 'weighted',
      modelAliases: { 'gpt-*': 'middle' },
      defaultTier: 'big',
    });
    expect(snapshot.providers.map((each) => [each.name, each.enabled, each.disabledReason])).toEqual([
      ['first', true, null],
      ['second', true, null],
      ['unset', false, 'the environment variable NOT_SET is not set'],
      ['off', false, 'switched off in its configuration'],
      ['late', true, null],
    ]);
    expect(named(rooms, 'first')).toMatchObject({
      baseUrl: 'https://first.example.com',
      timeoutMs: 7_000,
      dialect: 'openai',
    });
    expect(named(rooms, 'first').apiKey.reveal()).toBe('from-env');
    expect([...named(rooms, 'first').tiers]).toEqual([['middle', ['m1', 'm2']]]);
    expect(named(rooms, 'second').customHeaders.map(([name, value]) => [name, value.reveal()])).toEqual([
      ['x-team', 'red'],
      ['authorization', 'Bearer literal-CANARY'],
    ]);
  });

  it('leaves no secret readable in the database', async () => {
    await start({
      providers: [provider('p', { custom_headers: { 'X-Key': 'header-CANARY' }, api_key: 'key-CANARY' })],
    });
    for (const table of ['providers', 'provider_models', 'settings']) {
      const { rows } = await database.query(`select * from ${table}`);
      expect(JSON.stringify(rows)).not.toContain('CANARY');
    }
  });

  it('resolves references anew in each process', async () => {
    const file = { providers: [provider('p', { api_key: '${KEY}' })] };
    expect(named(await start(file, { KEY: 'one' }), 'p').apiKey.reveal()).toBe('one');
    expect(named(await restart(file, { KEY: 'two' }), 'p').apiKey.reveal()).toBe('two');
    expect(named(await restart(file), 'p').enabled).toBe(false);
  });

  it('changes what was changed in the text and leaves the edits of the portal', async () => {
    const before = {
      providers: [provider('a', { timeout: 5 }), provider('b')],
      default_tier: 'big',
      session_affinity: false,
    };
    await start(before);
    await edit(`priority = 7, settings = settings || '{"weight": 3}'`, 'a');
    await edit(`priority = 9`, 'b');
    const rooms = await restart({
      ...before,
      providers: [provider('a', { timeout: 6 }), provider('b')],
      default_tier: 'small',
    });
    expect(named(rooms, 'a')).toMatchObject({ timeoutMs: 6_000, priority: 7, weight: 3 });
    expect(named(rooms, 'b')).toMatchObject({ priority: 9 });
    expect(rooms.app.get(ProviderCatalog).snapshot().defaultTier).toBe('small');
    const { rows } = await database.query(`select value from settings where key = 'routing'`);
    expect(rows).toEqual([{ value: { default_tier: 'small', session_affinity: false } }]);
  });

  it('touches nothing when the text is the same', async () => {
    const file = { providers: [provider('a')] };
    await start(file);
    await edit('priority = 7', 'a');
    const { rows: before } = await database.query('select version, updated_at from providers');
    expect(named(await restart(file), 'a').priority).toBe(7);
    expect((await database.query('select version, updated_at from providers')).rows).toEqual(before);
  });

  it('takes out what was taken out of the file, and only what the file made', async () => {
    await start({ providers: [provider('a'), provider('b'), provider('c')] });
    await database.query(
      `insert into providers (name, api_format, base_url) values ('portal', 'openai', 'https://x')`,
    );
    const names = (rooms: Rooms) =>
      providers(rooms)
        .map((each) => each.name)
        .sort();
    expect(names(await restart({ providers: [provider('a'), provider('c')] }))).toEqual(['a', 'c', 'portal']);
    await database.query(`delete from providers where name = 'a'`);
    expect(names(await restart({ providers: [provider('c'), provider('a')] }))).toEqual(['c', 'portal']);
    expect(names(await restart({ providers: [provider('c'), provider('a', { timeout: 3 })] }))).toEqual([
      'a',
      'c',
      'portal',
    ]);
  });

  it('writes to an entry that the portal made, and does not take that one away', async () => {
    await start({ providers: [] });
    await database.query(
      `insert into providers (name, api_format, base_url, priority) values ('a', 'openai', 'https://old', 5)`,
    );
    const rooms = await restart({ providers: [provider('a', { timeout: 4 })] });
    expect(named(rooms, 'a')).toMatchObject({
      baseUrl: 'https://api.example.com/v1',
      timeoutMs: 4_000,
      priority: 5,
    });
    expect(providers(await restart({ providers: [] })).map((each) => each.name)).toEqual(['a']);
  });

  it('replaces models, headers and keys that were changed or taken out', async () => {
    await start(
      { providers: [provider('a', { custom_headers: { 'x-a': '${A:-1}', 'x-b': '2' }, api_key: '${KEY}' })] },
      { KEY: 'k' },
    );
    const rooms = await restart({
      providers: [
        {
          name: 'a',
          base_url: 'https://new.example.com',
          custom_headers: { Authorization: 'own ${A:-1}' },
          models: { big: ['n'] },
        },
      ],
    });
    const a = named(rooms, 'a');
    expect(a).toMatchObject({ baseUrl: 'https://new.example.com', enabled: true });
    expect(a.apiKey.reveal()).toBe('');
    expect(a.customHeaders.map(([name, value]) => [name, value.reveal()])).toEqual([
      ['authorization', 'own 1'],
    ]);
    expect([...a.tiers]).toEqual([['big', ['n']]]);
    const { rows } = await database.query('select reference_fields from providers');
    expect(rows).toEqual([{ reference_fields: ['custom_headers.Authorization'] }]);
  });

  it('sends a key that was set elsewhere to no other host', async () => {
    const first = await start({ providers: [provider('a', { api_key: 'of the file' })] });
    const sealed = first.app.get(StoredSecrets).sealApiKey(named(first, 'a').id, 'of the portal');
    await database.query(`update providers set api_key = $1`, [sealed]);
    const move = async (address: string) =>
      named(
        await restart({ providers: [provider('a', { api_key: 'of the file', base_url: address })] }),
        'a',
      ).apiKey.reveal();
    expect(await move('https://api.example.com/v2')).toBe('of the portal');
    expect(await move('https://api.example.org/v2')).toBe('of the file');
  });

  it.each<[string, unknown, RegExp]>([
    ['is no JSON', '{"providers": [}', /\$ is not JSON \(line 1, column 16/],
    [
      'has wrong values',
      { providers: [provider('a', { timeout: -1 }), { name: 'b' }] },
      /\$\.providers\[0\]\.timeout .*\n.*\$\.providers\[1\]\.base_url/,
    ],
  ])('that %s stops the first start with the place', async (_, file, message) => {
    await expect(start(file)).rejects.toThrow(message);
    const { rows } = await database.query('select 1 from providers');
    expect(rows).toEqual([]);
  });

  it('that is not where it should be stops the first start', async () => {
    await expect(start()).rejects.toThrow(/provider\.json cannot be used:\n {2}\$ is not there/);
  });

  it('that is broken later changes nothing; mended it counts from the last good text', async () => {
    await start({ providers: [provider('a', { timeout: 5 }), provider('b')] });
    expect(named(await restart('{"providers": ['), 'a').timeoutMs).toBe(5_000);
    await rm(path);
    expect(providers(await restart(undefined)).map((each) => each.name)).toEqual(['a', 'b']);
    const rooms = await restart({ providers: [provider('a', { timeout: 8 })] });
    expect(providers(rooms).map((each) => [each.name, each.timeoutMs])).toEqual([['a', 8_000]]);
  });

  it('is applied once when several processes start at the same time', async () => {
    await write({ providers: [provider('a'), provider('b')] });
    const rooms = await Promise.all([start(), start(), start()]);
    for (const each of rooms) expect(providers(each).map((one) => one.name)).toEqual(['a', 'b']);
    const { rows } = await database.query('select name, version from providers order by name');
    expect((rows as { name: string }[]).map((row) => row.name)).toEqual(['a', 'b']);
  });

  it('is in force on another replica within a second', async () => {
    const here = await start({ providers: [provider('a')] });
    const there = await start();
    const held = there.app.get(ProviderCatalog).snapshot();
    await write({ providers: [provider('a', { timeout: 9 })] });
    await here.app.get(ProviderFileImport).run();
    for (const rooms of [here, there])
      await eventually(() => expect(named(rooms, 'a').timeoutMs).toBe(9_000), 1_000);
    expect(held.providers[0]?.timeoutMs).toBe(60_000);
    expect(there.app.get(ProviderCatalog).snapshot().version).toBeGreaterThan(held.version);
  });

  it('with a secret moved to another row has that provider disabled, not sent elsewhere', async () => {
    await start({ providers: [provider('a', { api_key: 'one' }), provider('b', { api_key: 'two' })] });
    await database.query(
      `update providers set api_key = (select api_key from providers where name = 'a') where name = 'b'`,
    );
    const rooms = await start();
    expect(named(rooms, 'a').enabled).toBe(true);
    expect(named(rooms, 'b')).toMatchObject({
      enabled: false,
      disabledReason: expect.stringMatching(/cannot be decrypted/),
    });
  });

  it('never resolves what the portal wrote', async () => {
    const variables = { SECRET: 'CANARY' };
    await start({ providers: [provider('a', { base_url: 'https://x/${SECRET:-y}' })] }, variables);
    await database.query(`update providers set reference_fields = '{}'`);
    const rooms = await start(undefined, variables);
    expect(JSON.stringify(providers(rooms))).not.toContain('CANARY');
  });
});
