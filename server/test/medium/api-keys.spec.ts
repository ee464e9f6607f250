import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiKeyView, CreatedApiKey, Page } from '@ccs/dto';
import { ApiKeyDigest } from '../../src/api-keys/api-key-digest.js';
import { ApiKeyDirectory } from '../../src/api-keys/api-key-directory.js';
import { generateApiKey } from '../../src/api-keys/api-key-format.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { eventually } from '../support/eventually.js';
import { takeDatabaseAway } from '../support/outage.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const PASSWORD = 'correct horse battery';
const SECRETS = {
  ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
  JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
};

describe('API keys on two replicas', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let replica: Rooms;
  let admin: Record<string, string>;
  let user: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = () => testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD, ...SECRETS });
    rooms = await startRooms(environment());
    await rooms.app.get(FirstStartService).run();
    replica = await startRooms(environment());
    await database.query(
      `insert into users (email, password_hash, permissions) select 'user@example.com', password_hash, '{chat}' from users where id = 1`,
    );
    const session = async (email: string) => ({
      authorization: `Bearer ${await rooms.signIn(email, PASSWORD)}`,
    });
    admin = await session('admin@example.com');
    user = await session('user@example.com');
  });
  afterAll(async () => {
    await Promise.all([rooms.close(), replica.close()]);
    await database.drop();
  });

  const create = async (headers: Record<string, string>, body: object = { name: 'k' }) =>
    (await rooms.ask<CreatedApiKey>('POST', '/api/api-keys', { headers, body })).body;
  const who = (where: Rooms, key: string) => where.ask('GET', '/v1/who', { headers: { 'x-api-key': key } });
  const statusOf = async (where: Rooms, key: string) => (await who(where, key)).status;

  it('are told once and stored as a digest', async () => {
    const created = await create(user, {
      name: ' CI ',
      email: 'ci@example.com',
      expires_at: '2099-01-01T00:00:00Z',
    });
    expect(created).toEqual({
      id: expect.any(Number), api_key: expect.stringMatching(/^sk-[0-9A-Za-z]{49}$/), key_prefix: `${created.api_key.slice(0, 11)}...`,
      last_four: created.api_key.slice(-4), name: 'CI', email: 'ci@example.com', user_id: 2, is_active: true, strict: false,
      expires_at: '2099-01-01T00:00:00.000Z', last_used_at: null, created_at: expect.any(String), updated_at: expect.any(String), version: 1,
      allowed_models: null, allowed_providers: null, ip_allowlist: null, rpm: null, tpm: null, max_concurrency: null, budget_day_usd: null, budget_month_usd: null,
    }); // prettier-ignore
    const { api_key: secret, ...shown } = created;
    const got = await rooms.ask('GET', `/api/api-keys/${created.id}`, { headers: user });
    expect(got.body).toEqual(shown);
    const { rows } = await database.query('select * from api_keys where id = $1', [created.id]);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(11, -4));
  });

  it('work on both at once, and say who calls', async () => {
    const { api_key: key, id } = await create(user);
    const expected = {
      userId: 2,
      keyId: id,
      email: 'user@example.com',
      isAdmin: false,
      permissions: ['chat'],
      strict: false,
      limited: false,
    };
    for (const where of [rooms, replica]) expect((await who(where, key)).body).toEqual(expected);
  });

  it('are strict when told so, at their making or later, on every replica', async () => {
    const { api_key: key, id } = await create(user, { name: 'k', strict: true });
    expect((await who(replica, key)).body).toMatchObject({ strict: true });
    const changed = await rooms.ask('PUT', `/api/api-keys/${id}`, {
      headers: user,
      body: { strict: false },
    });
    expect(changed.body).toMatchObject({ strict: false });
    await eventually(async () => expect((await who(replica, key)).body).toMatchObject({ strict: false }));
  });

  it('are found in memory without a promise once they were used', async () => {
    const { api_key: key } = await create(user);
    const directory = replica.app.get(ApiKeyDirectory);
    expect(directory.find(key)).toBeInstanceOf(Promise);
    await directory.find(key);
    expect(directory.find(key)).toMatchObject({ known: true, refusal: null });
  });

  it.each<[string, (key: CreatedApiKey) => Promise<unknown>, RegExp]>([
    ['deleted', (key) => rooms.ask('DELETE', `/api/api-keys/${key.id}`, { headers: user }), /revoked/],
    [
      'disabled',
      (key) => rooms.ask('PUT', `/api/api_keys/${key.id}`, { headers: user, body: { is_active: false } }),
      /disabled/,
    ],
  ])('stop working when %s: here at once, there within a second', async (_, end, message) => {
    const key = await create(user);
    expect([await statusOf(rooms, key.api_key), await statusOf(replica, key.api_key)]).toEqual([200, 200]);
    await end(key);
    const answer = await who(rooms, key.api_key);
    expect(answer).toMatchObject({
      status: 401,
      body: {
        type: 'error',
        error: { type: 'authentication_error', message: expect.stringMatching(message) },
      },
    });
    expect(answer.headers['x-should-retry']).toBe('false');
    await eventually(async () => expect(await statusOf(replica, key.api_key)).toBe(401), 1_000);
  });

  it('work again when they are enabled again', async () => {
    const key = await create(user, { name: 'k' });
    const set = (active: boolean) =>
      rooms.ask('PUT', `/api/api-keys/${key.id}`, { headers: user, body: { is_active: active } });
    await set(false);
    expect(await statusOf(rooms, key.api_key)).toBe(401);
    await set(true);
    expect(await statusOf(rooms, key.api_key)).toBe(200);
  });

  it('stop working when they expire, without anybody doing anything', async () => {
    const key = await create(user, { name: 'short', expires_at: new Date(Date.now() + 2_000).toISOString() });
    expect(await statusOf(replica, key.api_key)).toBe(200);
    await sleep(2_050);
    expect(await statusOf(replica, key.api_key)).toBe(401);
  });

  it('never have more rights than their owner has now', async () => {
    await database.query(
      `insert into users (email, password_hash, permissions) select 'fading@example.com', password_hash, '{chat,stats}' from users where id = 1`,
    );
    const headers = { authorization: `Bearer ${await rooms.signIn('fading@example.com', PASSWORD)}` };
    const { api_key: key } = await create(headers);
    expect((await who(replica, key)).body).toMatchObject({ permissions: ['chat', 'stats'] });
    const change = async (sql: string) => {
      await database.query(`update users set ${sql} where email = 'fading@example.com'`);
      await database.query(`update change_versions set version = version + 1 where topic = 'principals'`);
    };
    await change(`permissions = '{chat}'`);
    await eventually(
      async () => expect((await who(replica, key)).body).toMatchObject({ permissions: ['chat'] }),
      1_500,
    );
    await change(`permissions = '{}'`);
    await eventually(async () => expect(await statusOf(replica, key)).toBe(403), 1_500);
    await change(`is_active = false`);
    await eventually(async () => expect(await statusOf(replica, key)).toBe(401), 1_500);
  });

  it('of the product before this one work when they were brought along', async () => {
    const old = `sk-${'0123456789abcdef'.repeat(4)}`;
    await database.query(
      `insert into api_keys (user_id, name, digest, key_prefix, last_four) values (2, 'old', decode($1, 'hex'), 'sk-01234567...', 'cdef')`,
      [rooms.app.get(ApiKeyDigest).of(old)],
    );
    expect(await statusOf(rooms, old)).toBe(200);
  });

  it('are one’s own; with api_keys everybody’s', async () => {
    const foreign = await create(admin, { name: 'of the admin' });
    const own = await create(user, { name: 'of the user' });
    for (const [method, body] of [['GET'], ['PUT', { body: { name: 'stolen' } }], ['DELETE']] as const) {
      expect(
        (await rooms.ask(method, `/api/api-keys/${foreign.id}`, { headers: user, ...body })).status,
      ).toBe(404);
    }
    expect((await rooms.ask('GET', `/api/api-keys/${foreign.id}`, { headers: admin })).body).toMatchObject({
      name: 'of the admin',
    });
    const mine = await rooms.ask<Page<ApiKeyView>>('GET', '/api/api-keys?limit=1000', { headers: user });
    expect(new Set(mine.body.data.map((key) => key.user_id))).toEqual(new Set([2]));
    const all = await rooms.ask<Page<ApiKeyView>>('GET', '/api/api-keys?limit=1000', { headers: admin });
    expect(all.body.data.map((key) => key.id)).toEqual(expect.arrayContaining([own.id, foreign.id]));
  });

  it('are listed newest first, by page, filtered', async () => {
    for (const name of ['list_a', 'list%b', 'LIST_c']) await create(user, { name });
    const list = async (query: string) =>
      (await rooms.ask<Page<ApiKeyView>>('GET', `/api/api-keys?${query}`, { headers: user })).body;
    expect((await list('name_filter=list_')).data.map((key) => key.name)).toEqual(['LIST_c', 'list_a']);
    expect((await list('name_filter=%25')).data.map((key) => key.name)).toEqual(['list%b']);
    const second = await list('name_filter=list&page=2&page_size=2');
    expect(second).toMatchObject({
      total: 3,
      page: 2,
      page_size: 2,
      total_pages: 2,
      data: [{ name: 'list_a' }],
    });
    expect((await list('name_filter=list&limit=1&offset=1')).data.map((key) => key.name)).toEqual(['list%b']);
    expect((await list('is_active=false&name_filter=list')).total).toBe(0);
  });

  it.each<[string, string, unknown, string]>([
    ['POST', '', {}, '/name'], ['POST', '', { name: '  ' }, '/name'], ['POST', '', { name: 'x'.repeat(101) }, '/name'],
    ['POST', '', { name: 'k', email: 'no' }, '/email'], ['POST', '', { name: 'k', expires_at: 'tomorrow' }, '/expires_at'],
    ['POST', '', { name: 'k', expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'], ['POST', '', { name: 'k', user_id: 99999 }, '/user_id'],
    ['POST', '', { name: 'k', digest: 'x' }, '/digest'], ['PUT', '/1', { name: null }, '/name'], ['PUT', '/1', { is_active: 'no' }, '/is_active'],
    ['PUT', '/1', { strict: 1 }, '/strict'],
    ['GET', '?limit=0', undefined, '/limit'], ['GET', '?limit=1&limit=9999', undefined, '/limit'], ['GET', '?sort=id;drop', undefined, '/sort'],
  ])('refuse %s %s with %j at %s', async (method, path, body, pointer) => {
    const answer = await rooms.ask(method as 'GET', `/api/api-keys${path}`, { headers: admin, ...(body === undefined ? {} : { body }) });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ pointer })]));
  }); // prettier-ignore

  it('take an empty change for no change, and null for a cleared address', async () => {
    const key = await create(user, { name: 'k', email: 'a@example.com' });
    const put = async (body: object) =>
      (await rooms.ask('PUT', `/api/api-keys/${key.id}`, { headers: user, body })).body;
    expect(await put({})).toMatchObject({ name: 'k', email: 'a@example.com' });
    expect(await put({ email: null })).toMatchObject({ name: 'k', email: null });
  });

  it.each(['abc', '0', '-1', '99999999999', '1.5', "1'or'1"])('are not found under the id %s', async (id) => {
    expect(
      (await rooms.ask('GET', `/api/api-keys/${encodeURIComponent(id)}`, { headers: admin })).status,
    ).toBe(404);
  });
});

describe('API keys while the database is away', () => {
  it('go on for those that are known, are undecided for others, and not for ever', async () => {
    const database = await createTestDatabase();
    const rooms = await startRooms(
      testEnvironment(database.url, {
        ADMIN_PASSWORD: PASSWORD,
        PRINCIPAL_MAX_STALE: '6',
        DB_POOL_TIMEOUT: '1',
      }),
    );
    const first = await rooms.app.get(FirstStartService).run();
    const known = first?.apiKey?.reveal() ?? '';
    const ask = async (key: string) =>
      (await rooms.ask('GET', '/v1/who', { headers: { 'x-api-key': key } })).status;
    try {
      expect(await ask(known)).toBe(200);
      const outage = await takeDatabaseAway(database.url);
      const awayAt = Date.now();
      await sleep(1_200);
      expect(await ask(known)).toBe(200);
      expect(await ask(generateApiKey())).toBe(529);
      expect(await ask('sk-not-one-of-ours')).toBe(401);
      await sleep(Math.max(0, 6_300 - (Date.now() - awayAt)));
      expect(await ask(known)).toBe(529);
      await outage.bringBack();
      await eventually(async () => expect(await ask(known)).toBe(200), 4_000);
      expect(await ask(generateApiKey())).toBe(401);
    } finally {
      await rooms.close();
      await database.drop();
    }
  });
});
