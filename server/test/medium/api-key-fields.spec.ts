import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiKeyView, AuditEventView, CreatedApiKey, Page, RotatedApiKey } from '@ccs/dto';
import { FirstStartService } from '../../src/users/first-start.js';
import { eventually } from '../support/eventually.js';
import { startRooms, type Answer, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const PASSWORD = 'correct horse battery';

describe('an API key', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  const sessions = new Map<string, Record<string, string>>();
  const userIds = new Map<string, number>();

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD }));
    await rooms.app.get(FirstStartService).run();
    for (const [name, permissions] of [
      ['user', '{chat}'],
      ['keeper', '{chat,api_keys}'],
      ['grand', '{chat,providers}'],
      ['mute', '{}'],
    ] as const) {
      const { rows } = await database.query(
        `insert into users (email, password_hash, permissions)
         select $1, password_hash, $2 from users where id = 1 returning id`,
        [`${name}@example.com`, permissions],
      );
      userIds.set(name, (rows[0] as { id: number }).id);
    }
    userIds.set('admin', 1);
    for (const name of userIds.keys()) {
      sessions.set(name, { authorization: `Bearer ${await rooms.signIn(`${name}@example.com`, PASSWORD)}` });
    }
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const as = (name: string): Record<string, string> => sessions.get(name) ?? {};
  const idOf = (name: string): number => userIds.get(name) ?? 0;
  const ask = <T = Record<string, unknown>>(
    who: string,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answer<T>> =>
    rooms.ask<T>(method, `/api/api-keys${path}`, {
      headers: as(who),
      ...(body === undefined ? {} : { body }),
    });
  const create = async (who: string, body: object = {}): Promise<CreatedApiKey> =>
    (await ask<CreatedApiKey>(who, 'POST', '', { name: 'k', ...body })).body;
  const statusOf = async (key: string, options: { address?: string; bearer?: boolean } = {}) => {
    const headers: Record<string, string> =
      options.bearer === true ? { authorization: `Bearer ${key}` } : { 'x-api-key': key };
    return (await rooms.ask('GET', '/v1/who', { headers, address: options.address ?? '127.0.0.1' })).status;
  };

  const LIMITS = {
    allowed_models: ['claude-haiku-*', 'qwen/qwen-turbo'],
    allowed_providers: ['qwen'],
    ip_allowlist: ['127.0.0.1', '10.0.0.0/8', '2001:db8::/32'],
    rpm: 60,
    tpm: 100_000,
    max_concurrency: 4,
    budget_day_usd: 0.1,
    budget_month_usd: 12.000000001,
  };

  it('keeps its limits to the nano-dollar, and gives them up again', async () => {
    const created = await create('user', LIMITS);
    expect(created).toMatchObject(LIMITS);
    const { rows } = await database.query(
      'select budget_day_nano_usd, budget_month_nano_usd from api_keys where id = $1',
      [created.id],
    );
    expect(rows).toEqual([{ budget_day_nano_usd: '100000000', budget_month_nano_usd: '12000000001' }]);
    const cleared = await ask('user', 'PUT', `/${created.id}`, {
      allowed_models: [],
      ip_allowlist: null,
      rpm: null,
    });
    expect(cleared.body).toMatchObject({
      ...LIMITS,
      allowed_models: null,
      ip_allowlist: null,
      rpm: null,
      version: 2,
    });
  });

  it.each([
    ['allowed_models', 'qwen'], ['allowed_models', ['']], ['allowed_models', [7]], ['allowed_providers', Array(201).fill('p')],
    ['ip_allowlist', ['10.0.0.0/33']], ['ip_allowlist', ['localhost']], ['ip_allowlist', ['::1/129']], ['ip_allowlist', '10.0.0.1'],
    ['rpm', 0], ['rpm', 1.5], ['tpm', -1], ['tpm', '100'], ['max_concurrency', 0],
    ['budget_day_usd', -0.01], ['budget_day_usd', 0.0000000001], ['budget_month_usd', 1e9], ['budget_month_usd', '5'],
    ['version', 0], ['expires_at', 'soon'],
  ])('refuses %s = %j', async (field, value) => {
    const key = await create('user');
    const answer = await ask('user', 'PUT', `/${key.id}`, { [field]: value });
    expect([answer.status, answer.body.errors]).toEqual([422, expect.arrayContaining([expect.objectContaining({ pointer: `/${field}` })])]);
  }); // prettier-ignore

  it('refuses a change to an older version, and shows the present one', async () => {
    const key = await create('user');
    const first = await ask<ApiKeyView>('user', 'PUT', `/${key.id}`, { name: 'mine', version: key.version });
    expect(first.status).toBe(200);
    const second = await ask('user', 'PUT', `/${key.id}`, { name: 'theirs', version: key.version });
    expect(second).toMatchObject({ status: 412, body: { code: 'version_conflict', current: first.body } });
    expect((await ask('user', 'GET', `/${key.id}`)).body).toEqual(first.body);
  });

  it('expires when a change says so, and no more when another does', async () => {
    const key = await create('user');
    await ask('user', 'PUT', `/${key.id}`, { expires_at: '2020-01-01T00:00:00Z' });
    expect(await statusOf(key.api_key)).toBe(401);
    await ask('user', 'PUT', `/${key.id}`, { expires_at: null });
    expect(await statusOf(key.api_key)).toBe(200);
  });

  it('opens from the addresses of its list only, by whichever header it comes', async () => {
    const key = await create('user', { ip_allowlist: ['10.1.0.0/16', '2001:db8::/32'] });
    const addresses: [string, number][] = [
      ['10.1.2.3', 200],
      ['::ffff:10.1.2.3', 200],
      ['2001:db8::7', 200],
      ['10.2.0.1', 403],
      ['127.0.0.1', 403],
      ['2001:db9::7', 403],
    ];
    for (const [address, expected] of addresses) {
      for (const bearer of [false, true]) {
        expect([address, await statusOf(key.api_key, { address, bearer })]).toEqual([address, expected]);
      }
    }
  });

  it('does not take an address from a header of somebody who is no trusted proxy', async () => {
    const key = await create('user', { ip_allowlist: ['10.1.2.3'] });
    const headers = { 'x-api-key': key.api_key, 'x-forwarded-for': '10.1.2.3', forwarded: 'for=10.1.2.3' };
    expect((await rooms.ask('GET', '/v1/who', { headers })).status).toBe(403);
  });

  it('is bound by the addresses of its owner as well', async () => {
    const key = await create('user');
    const set = (list: string | null) =>
      database.query(
        `with changed as (update users set ip_allowlist = $1 where id = $2)
         update change_versions set version = version + 1 where topic = 'principals'`,
        [list, idOf('user')],
      );
    await set('{10.0.0.0/8}');
    try {
      await eventually(async () => expect(await statusOf(key.api_key)).toBe(403), 3_000);
      expect(await statusOf(key.api_key, { address: '10.9.9.9' })).toBe(200);
    } finally {
      await set(null);
    }
  });

  it('has two valid secrets after a rotation, for as long as was asked', async () => {
    const key = await create('user', { rpm: 7 });
    const rotated = (await ask<RotatedApiKey>('user', 'POST', `/${key.id}/rotate`, { overlap_hours: 1 }))
      .body;
    expect(rotated).toMatchObject({ id: key.id, name: 'k', rpm: 7, last_four: rotated.api_key.slice(-4) });
    expect(Date.parse(rotated.previous_valid_until) - Date.now()).toBeGreaterThan(3_500_000);
    expect([await statusOf(key.api_key), await statusOf(rotated.api_key)]).toEqual([200, 200]);
    const again = (await ask<RotatedApiKey>('user', 'POST', `/${key.id}/rotate`, {})).body;
    expect(await Promise.all([key, rotated, again].map((each) => statusOf(each.api_key)))).toEqual([
      401, 200, 200,
    ]);
    await ask('user', 'DELETE', `/${key.id}`);
    expect(await Promise.all([rotated, again].map((each) => statusOf(each.api_key)))).toEqual([401, 401]);
  });

  it('loses its former secret at once without an overlap, and says so to whoever still sends it', async () => {
    const key = await create('user');
    await ask('user', 'POST', `/${key.id}/rotate`, { overlap_hours: 0 });
    await sleep(5);
    const answer = await rooms.ask('GET', '/v1/who', { headers: { 'x-api-key': key.api_key } });
    expect(answer.status).toBe(401);
    expect(JSON.stringify(answer.body)).toContain('new secret');
    expect((await ask('user', 'POST', `/${key.id}/rotate`, { overlap_hours: 73 })).status).toBe(422);
  });

  it.each<[string, string, number]>([
    ['user', 'user', 200],
    ['user', 'keeper', 403],
    ['keeper', 'user', 200],
    ['keeper', 'admin', 403],
    ['keeper', 'grand', 403],
    ['keeper', 'mute', 403],
    ['admin', 'grand', 200],
    ['admin', 'mute', 403],
  ])('of %s for %s: %i', async (caller, owner, expected) => {
    const { status, body } = await ask(caller, 'POST', '', { name: 'k', user_id: idOf(owner) });
    expect(status).toBe(expected);
    if (status === 200) expect(body).toMatchObject({ user_id: idOf(owner) });
  });

  it('does not give its new secret to somebody who could not have made it', async () => {
    const ofAdmin = await create('admin');
    expect((await ask('keeper', 'POST', `/${ofAdmin.id}/rotate`, {})).status).toBe(403);
    expect((await ask('user', 'POST', `/${ofAdmin.id}/rotate`, {})).status).toBe(404);
    expect(await statusOf(ofAdmin.api_key)).toBe(200);
  });

  it('leaves a trail of who did what to it, without its secrets', async () => {
    const key = await create('keeper', { user_id: idOf('user'), rpm: 5 });
    await ask('keeper', 'PUT', `/${key.id}`, { rpm: 6 });
    const rotated = (await ask<RotatedApiKey>('keeper', 'POST', `/${key.id}/rotate`, {})).body;
    await ask('keeper', 'DELETE', `/${key.id}`);
    await ask('user', 'DELETE', `/${key.id}`);
    const trail = await rooms.ask<{ data: AuditEventView[] }>(
      'GET',
      `/api/audit?target_kind=api_key&target_id=${key.id}`,
      { headers: as('admin') },
    );
    const acts = trail.body.data.toReversed();
    expect(acts.map(({ action, actor_id: actor }) => [action, actor])).toEqual(
      ['create', 'update', 'rotate', 'delete'].map((act) => [`api_key.${act}`, idOf('keeper')]),
    );
    expect(acts[1]).toMatchObject({ before: { rpm: 5 }, after: { rpm: 6, user_id: idOf('user') } });
    for (const { api_key: secret } of [key, rotated])
      expect(JSON.stringify(acts)).not.toContain(secret.slice(11, -4));
  });

  it('is found by owner and by what is shown of it, in the order that is asked for', async () => {
    const names = ['find b', 'find a', 'find c'];
    for (const name of names) await create('grand', { name });
    const list = async (query: string) =>
      (await ask<Page<ApiKeyView>>('admin', 'GET', `?${query}`)).body.data.map((key) => key.name);
    const owner = `user_id=${idOf('grand')}&q=find`;
    expect(await list(`${owner}&sort=name`)).toEqual(['find a', 'find b', 'find c']);
    expect(await list(`${owner}&sort=name&order=desc&limit=1`)).toEqual(['find c']);
    expect(await list(owner)).toEqual(['find c', 'find a', 'find b']);
    expect(await list('q=grand%40example&name_filter=find%20a')).toEqual(['find a']);
  });
});
