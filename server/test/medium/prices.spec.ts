import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { PriceList } from '../../src/usage/price-list.js';
import { PricesModule } from '../../src/usage/prices.module.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const PASSWORD = 'a-long-enough-password';
const FILE = {
  providers: [
    {
      name: 'openai',
      base_url: 'https://api.openai.com/v1',
      api_key: 'k',
      models: { big: ['gpt-5'], small: ['house-model'] },
      prices: { 'house-model': { input: 1, output: 2 } },
    },
    { name: 'local', base_url: 'http://127.0.0.1:1/v1', api_key: 'k', models: { big: ['gpt-5'] } },
  ],
};
const TOKENS = { inputTokens: 1_000_000, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

describe('prices', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let headers: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD });
    const path = `${environment.dataDir}/provider.json`;
    await writeFile(path, JSON.stringify(FILE));
    rooms = await startRooms({ ...environment, providerConfigPath: path }, { modules: [PricesModule] });
    await rooms.app.get(FirstStartService).run();
    headers = { authorization: `Bearer ${await rooms.signIn('admin@example.com', PASSWORD)}` };
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const cost = (provider: string, model: string, atMs = Date.now()) =>
    rooms.app.get(PriceList).current().costNanoUsd(provider, model, TOKENS, atMs);
  const put = (body: object) => rooms.ask<unknown[]>('PUT', '/api/prices', { headers, body });

  it('come from the file and from what ships, and are unknown where neither knows', async () => {
    const { status, body } = await rooms.ask<unknown[]>('GET', '/api/prices', { headers });
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { provider: 'local', model: 'gpt-5', input: null, source: null },
      { provider: 'openai', model: 'gpt-5', input: 1.25, source: 'shipped', list_date: expect.any(String) },
      { provider: 'openai', model: 'house-model', input: 1, output: 2, cache_read: null, source: 'file' },
    ]);
    expect(cost('openai', 'gpt-5')).toBe(1_250_000_000n);
    expect(cost('local', 'gpt-5')).toBeNull();
  });

  it('hold from the moment they are set, and can be taken back', async () => {
    const before = Date.now() - 1_000;
    const { status, body } = await put({ provider: 'local', model: 'gpt-5', input: 0.5, output: 1 });
    expect(status).toBe(200);
    expect(body).toMatchObject([{ model: 'gpt-5', input: 0.5, source: 'set' }]);
    expect(cost('local', 'gpt-5')).toBe(500_000_000n);
    expect(cost('local', 'gpt-5', before)).toBeNull();
    await put({ provider: 'local', model: 'gpt-5' });
    expect(cost('local', 'gpt-5')).toBeNull();
    const history = await rooms.ask<unknown[]>('GET', '/api/prices?history=true&provider=local', { headers });
    expect(history.body).toHaveLength(2);
  });

  it('may be set ahead of time', async () => {
    await put({
      provider: 'openai',
      model: 'gpt-5',
      input: 9,
      output: 9,
      valid_from: '2099-01-01T00:00:00Z',
    });
    expect(cost('openai', 'gpt-5')).toBe(1_250_000_000n);
    expect(cost('openai', 'gpt-5', Date.UTC(2099, 1, 1))).toBe(9_000_000_000n);
  });

  it.each([
    [{ provider: 'local', model: 'm', input: -1 }, '/input'],
    [{ provider: 'local', model: 'm', output: 1e9 }, '/output'],
    [{ provider: 'local', model: '' }, '/model'],
  ])('of %j are refused', async (body, pointer) => {
    const answer = await rooms.ask('PUT', '/api/prices', { headers, body });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(pointer.slice(1));
  });
});
