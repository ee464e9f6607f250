import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigChangeView, Page, ProviderChanged, ProviderView } from '@ccs/dto';
import { ProviderCatalog } from '../../src/providers/provider-catalog.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const PASSWORD = 'correct horse battery';
const VARIABLES = { FILE_KEY: 'from-env-CANARY' };
const FILE = {
  providers: [
    {
      name: 'filed',
      base_url: 'https://filed.example.com/v1',
      api_key: '${FILE_KEY}',
      custom_headers: { 'X-Env': '${FILE_KEY}', 'X-Plain': 'plain-CANARY' },
      models: { big: ['m'] },
    },
  ],
};

describe('the providers API', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let headers: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD });
    const path = join(environment.dataDir, 'provider.json');
    await writeFile(path, JSON.stringify(FILE));
    rooms = await startRooms({ ...environment, providerConfigPath: path }, { variables: VARIABLES });
    await rooms.app.get(FirstStartService).run();
    headers = { authorization: `Bearer ${await rooms.signIn('admin@example.com', PASSWORD)}` };
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });
  beforeEach(async () => {
    await database.query(`delete from providers where name <> 'filed'`);
    await database.query('delete from config_changes');
  });

  const ask = <T = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ) => rooms.ask<T>(method, `/api/providers${path}`, { headers, ...(body === undefined ? {} : { body }) });
  const base = (name: string, more: object = {}) => ({
    name, base_url: 'https://api.example.com/v1', api_key: 'key-CANARY', models: { middle: ['m1', 'm2'] }, ...more,
  }); // prettier-ignore
  const create = async (name: string, more: object = {}): Promise<ProviderView> => {
    const { status, body } = await ask<ProviderChanged>('POST', '', base(name, more));
    expect({ status, body }).toMatchObject({ status: 201, body: { success: true } });
    return body.provider;
  };
  const update = (name: string, changes: object) => ask<ProviderChanged>('PUT', `/${name}`, changes);
  const inForce = (name: string) => {
    const found = rooms.app
      .get(ProviderCatalog)
      .snapshot()
      .providers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no provider ${name}`);
    return found;
  };
  const headersOf = (name: string) =>
    inForce(name).customHeaders.map(([header, value]) => [header, value.reveal()]);

  it('makes, shows, changes and deletes, in force at once', async () => {
    const made = await create('a', { timeout: 5, custom_headers: { 'X-Key': 'header-CANARY' } });
    expect(made).toMatchObject({
      name: 'a', api_format: 'openai', api_key: '***', custom_headers: { 'X-Key': '***' }, timeout: 5, max_retries: 1,
      enabled: true, disabled_reason: null, from_file: false, version: expect.any(Number),
    }); // prettier-ignore
    expect(inForce('a')).toMatchObject({ timeoutMs: 5_000, enabled: true });
    expect(inForce('a').apiKey.reveal()).toBe('key-CANARY');

    const changed = await update('a', { timeout: null, priority: 7, models: { big: ['x'] } });
    expect(changed.body.provider).toMatchObject({
      timeout: 60,
      priority: 7,
      models: { big: ['x'] },
      api_key: '***',
    });
    expect([...inForce('a').tiers]).toEqual([['big', ['x']]]);
    expect(inForce('a').apiKey.reveal()).toBe('key-CANARY');

    const off = await ask('PATCH', '/a/enable?enabled=false');
    expect(off.status).toBe(200);
    expect(inForce('a').enabled).toBe(false);
    expect((await ask('DELETE', '/a')).status).toBe(200);
    expect((await ask('GET', '/a')).status).toBe(404);
    expect((await ask('DELETE', '/a')).status).toBe(404);
  });

  it('shows no secret anywhere', async () => {
    await create('a', { custom_headers: { 'X-Key': 'header-CANARY' } });
    const list = await ask<ProviderView[]>('GET', '');
    expect(list.body.find(({ name }) => name === 'filed')).toMatchObject({
      api_key: '${FILE_KEY}',
      custom_headers: { 'X-Env': '${FILE_KEY}', 'X-Plain': '***' },
      from_file: true,
    });
    const others = [await ask('GET', '/public'), await ask('GET', '/a'), await ask('GET', '/presets')];
    const audit = await database.query('select * from audit_events');
    const changes = await database.query('select * from config_changes');
    expect(JSON.stringify([list, others, audit.rows, changes.rows])).not.toContain('CANARY');
    expect((await ask<ProviderView[]>('GET', '?api_format=anthropic')).body).toEqual([]);
  });

  it('keeps secrets that come back masked, and replaces those that do not', async () => {
    await create('a', { custom_headers: { 'X-One': 'one', 'X-Two': 'two' } });
    await update('a', {
      api_key: '***',
      custom_headers: { 'X-One': '***', 'X-Two': 'new', 'X-Three': '***' },
    });
    expect(inForce('a').apiKey.reveal()).toBe('key-CANARY');
    expect(headersOf('a')).toEqual([['x-one', 'one'], ['x-two', 'new']]); // prettier-ignore
    await update('a', { api_key: null, custom_headers: { authorization: 'own' } });
    expect(inForce('a').apiKey.reveal()).toBe('');
    expect(headersOf('a')).toEqual([['authorization', 'own']]);
  });

  it('lets no secret travel to another origin, not even one from the environment', async () => {
    await create('a', { custom_headers: { 'X-One': 'one' } });
    await update('a', { base_url: 'https://api.example.com/v2' });
    expect(inForce('a').apiKey.reveal()).toBe('key-CANARY');
    const moved = await update('a', {
      base_url: 'https://evil.example.com/v1',
      api_key: '***',
      custom_headers: { 'X-One': '***', 'X-New': 'n' },
    });
    expect(moved.body.provider).toMatchObject({ api_key: '', custom_headers: { 'X-New': '***' } });
    expect(headersOf('a')).toEqual([['x-new', 'n']]);

    const { version } = (await ask<ProviderView>('GET', '/filed')).body;
    const stolen = await update('filed', {
      version,
      base_url: 'https://evil.example.com/v1',
      api_key: '${FILE_KEY}',
      custom_headers: { 'X-Env': '${FILE_KEY}' },
    });
    expect(stolen.body.provider).toMatchObject({ api_key: '', custom_headers: {} });
    await update('filed', { base_url: 'https://filed.example.com/v1' });
    for (const changes of [{ api_key: '${FILE_KEY}' }, { custom_headers: { x: 'a ${FILE_KEY}' } }, { base_url: 'https://${FILE_KEY}' }])
      expect(await update('filed', changes)).toMatchObject({ status: 422, body: { errors: [{ code: 'reference_not_allowed' }] } }); // prettier-ignore
    const own = await update('a', { api_key: 'k', custom_headers: { 'X-Auth': 'Bearer ${API_KEY}' } });
    expect(own.status).toBe(200);
    expect(headersOf('a')).toEqual([['x-auth', 'Bearer k']]);
  });

  it.each<[string, object, string]>([
    ['no address', { base_url: 'ftp://x' }, '/base_url'],
    ['a metadata address', { base_url: 'http://169.254.169.254/v1' }, '/base_url'],
    ['another metadata address', { base_url: 'http://[::ffff:a9fe:a9fe]/v1' }, '/base_url'],
    ['a reserved name', { name: 'history' }, '/name'],
    ['a slash in its name', { name: 'a/b' }, '/name'],
    ['no name', { name: '' }, '/name'],
    ['a wrong format', { api_format: 'weird' }, '/api_format'],
    ['a negative time', { timeout: -1 }, '/timeout'],
    ['half a retry', { max_retries: 1.5 }, '/max_retries'],
    ['models that are none', { models: { big: ['a', ''] } }, '/models/big'],
    ['a header of the connection', { custom_headers: { Connection: 'close' } }, '/custom_headers/Connection'],
    ['a header with a line break', { custom_headers: { x: 'a\r\nb: c' } }, '/custom_headers/x'],
    ['a strange header', { custom_headers: { 'a b/c': 'x' } }, '/custom_headers/a b~1c'],
    ['an unknown preset', { preset: 'none' }, '/preset'],
    ['an unknown trait', { profile: { nonsense: 1 } }, '/profile/nonsense'],
    ['a wrong price', { prices: { m: { input: -1 } } }, '/prices/m/input'],
    ['no certificate', { ca: 'nonsense' }, '/ca'],
    ['a field that nobody knows', { nonsense: 1 }, '/nonsense'],
  ])('refuses a provider with %s, at its field', async (_, more, pointer) => {
    const { status, body } = await ask<{ errors: { pointer: string }[] }>('POST', '', base('bad', more));
    expect(status).toBe(422);
    expect(body.errors.map((error) => error.pointer)).toEqual([pointer]);
    expect(JSON.stringify(body)).not.toContain('CANARY');
  }); // prettier-ignore

  it('knows a provider by name and format together', async () => {
    await create('a');
    await create('a', { api_format: 'anthropic', base_url: 'https://b.example.com' });
    expect((await ask('POST', '', base('a'))).status).toBe(409);
    expect((await ask('GET', '/a')).status).toBe(409);
    expect((await ask<ProviderView>('GET', '/a?api_format=anthropic')).body.base_url).toBe(
      'https://b.example.com',
    );
    await ask('PUT', '/a?api_format=anthropic', { priority: 9 });
    await ask('PUT', '/a', { api_format: 'openai', priority: 8 });
    const priorities = async () =>
      (await ask<ProviderView[]>('GET', '')).body.flatMap((each) => (each.name === 'a' ? [[each.api_format, each.priority, each.enabled]] : [])); // prettier-ignore
    expect(await priorities()).toEqual([['openai', 8, true], ['anthropic', 9, true]]); // prettier-ignore
    await ask('PATCH', '/a/enable?enabled=false');
    expect(await priorities()).toEqual([['openai', 8, false], ['anthropic', 9, false]]); // prettier-ignore
    await create('b');
    expect((await ask('PUT', '/a?api_format=openai', { name: 'b' })).status).toBe(409);
    const renamed = await ask<ProviderChanged>('PUT', '/a?api_format=openai', { name: 'c' });
    expect(renamed.body.provider).toMatchObject({ name: 'c', api_key: '***' });
    expect(inForce('c').apiKey.reveal()).toBe('key-CANARY');
  });

  it('refuses a change to an older version, with what is there now', async () => {
    const { version } = await create('a');
    const first = await update('a', { version, models: { big: ['x'] } });
    expect(first.body.provider.version).toBeGreaterThan(version);
    const second = await update('a', { version, priority: 3 });
    expect(second).toMatchObject({ status: 412, body: { code: 'version_conflict', current: { models: { big: ['x'] } } } }); // prettier-ignore
    expect(JSON.stringify(second.body)).not.toContain('CANARY');
  });

  it('puts all in a new order, and refuses one that lacks somebody', async () => {
    const ids = [(await create('b')).id, (await create('a')).id];
    const filed = (await ask<ProviderView>('GET', '/filed')).body.id;
    expect((await ask('PUT', '/order', { ids })).status).toBe(422);
    expect((await ask('PUT', '/order', { ids: [...ids, ids[0]] })).status).toBe(422);
    const ordered = await ask<{ providers: ProviderView[] }>('PUT', '/order', { ids: [...ids, filed] });
    expect(ordered.body.providers.map(({ name, priority }) => [name, priority])).toEqual([['b', 1], ['a', 2], ['filed', 3]]); // prettier-ignore
    const { providers } = rooms.app.get(ProviderCatalog).snapshot();
    expect(providers.map(({ name }) => name)).toEqual(['b', 'a', 'filed']);
  });

  it('shows what the address suggests, and that a provider cannot be used', async () => {
    const guessed = await create('a', {
      base_url: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
      api_key: '',
    });
    expect(guessed).toMatchObject({ preset: null, preset_guess: 'qwen', api_key: '', disabled_reason: 'it has no api_key' }); // prettier-ignore
    expect((await update('a', { preset: 'mistral' })).body.provider).toMatchObject({ preset: 'mistral', preset_guess: null }); // prettier-ignore
  });

  it('offers presets that it takes', async () => {
    const { body } = await ask<{ id: string; api_format: string; base_url: string; preset: string | null }[]>('GET', '/presets'); // prettier-ignore
    expect(body.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['anthropic', 'openai', 'qwen', 'ollama']),
    );
    for (const { id, api_format: format, base_url: address, preset } of body)
      await create(`new ${id}`, {
        api_format: format,
        base_url: address === '' ? 'https://x' : address,
        preset,
      });
  });

  it('leaves a trail of who changed what, in the history and in the audit', async () => {
    await create('a', { timeout: 5, custom_headers: { x: '1' } });
    await update('a', { timeout: 6, api_key: 'other-CANARY' });
    await update('a', { timeout: 6 });
    await ask('DELETE', '/a');
    const { body } = await rooms.ask<Page<ConfigChangeView>>('GET', '/api/config/changes?area=provider&limit=10', { headers }); // prettier-ignore
    expect(body.data.map(({ act, target, source, actor_email: by }) => [act, target, source, by])).toEqual([
      ['delete', 'a', 'api', 'admin@example.com'],
      ['update', 'a', 'api', 'admin@example.com'],
      ['create', 'a', 'api', 'admin@example.com'],
    ]);
    expect(body.data[1]?.fields).toEqual([
      { field: 'api_key', before: '***', after: '*** (new)' },
      { field: 'timeout', before: 5, after: 6 },
    ]);
    const audit = await database.query(
      `select action, actor_email, target_name from audit_events where target_name = 'a (openai)' order by id`,
    );
    expect(audit.rows.slice(-3)).toEqual(
      ['provider.create', 'provider.update', 'provider.delete'].map((action) => ({ action, actor_email: 'admin@example.com', target_name: 'a (openai)' })),
    ); // prettier-ignore
  });

  it('is closed to whoever lacks the permission', async () => {
    await database.query(
      `insert into users (email, password_hash, permissions) select 'chatter@example.com', password_hash, '{chat}' from users where id = 1`,
    );
    const other = { authorization: `Bearer ${await rooms.signIn('chatter@example.com', PASSWORD)}` };
    for (const [method, path] of [['GET', ''], ['POST', ''], ['GET', '/filed'], ['PUT', '/filed'], ['DELETE', '/filed'], ['PUT', '/order'], ['POST', '/filed/test'], ['POST', '/test'], ['GET', '/filed/models'], ['GET', '/presets']] as const)
      expect((await rooms.ask(method, `/api/providers${path}`, { headers: other })).status).toBe(403); // prettier-ignore
    expect((await rooms.ask('GET', '/api/providers/public', { headers: other })).status).toBe(200);
    expect((await rooms.ask('GET', '/api/config', { headers: other })).status).toBe(403);
  });
});
