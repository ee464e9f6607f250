import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProviderTestResult } from '@ccs/dto';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const PASSWORD = 'correct horse battery';
const MODELS = { big: ['sim-big'], small: ['gone', 'sim-small'] };

describe('live tests of providers', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let simulator: Simulator;
  let headers: Record<string, string>;

  beforeAll(async () => {
    simulator = await startSimulator();
    database = await createTestDatabase();
    const environment = testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD });
    const path = join(environment.dataDir, 'provider.json');
    const provider = (name: string, more: object) => ({
      name,
      api_key: 'key-CANARY',
      models: MODELS,
      ...more,
    });
    await writeFile(
      path,
      JSON.stringify({
        providers: [
          provider('open', { base_url: simulator.openAiUrl('open'), enabled: false }),
          provider('anth', { base_url: simulator.anthropicUrl('anth'), api_format: 'anthropic' }),
          provider('unset', { base_url: 'https://x.example.com', api_key: '${NOT_SET}' }),
          provider('dead', { base_url: 'http://127.0.0.1:1/v1' }),
        ],
      }),
    );
    rooms = await startRooms({ ...environment, providerConfigPath: path });
    await rooms.app.get(FirstStartService).run();
    headers = { authorization: `Bearer ${await rooms.signIn('admin@example.com', PASSWORD)}` };
  });
  afterAll(async () => {
    await rooms.close();
    await simulator.close();
    await database.drop();
  });
  beforeEach(() => {
    simulator.replaceScripts([]);
    simulator.clearLedger();
    simulator.addScript({
      standing: true,
      match: { model: 'gone' },
      answer: { kind: 'status', status: 404, body: { error: { message: 'The model `gone` does not exist', code: 'model_not_found' } } },
    }); // prettier-ignore
  });

  const test = (path: string, body: object = {}) =>
    rooms.ask<ProviderTestResult>('POST', `/api/providers/${path}`, { headers, body });

  it.each(['open', 'anth'])('call each tier of %s until a model works', async (name) => {
    const { status, body } = await test(`${name}/test`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        success: true,
        healthy: true,
        connection: { healthy: true, status: 200, credential_accepted: true, model_count: 3, unknown_models: ['gone'] },
        categories: {
          big: { healthy: true, testedModels: ['sim-big'], workingModel: 'sim-big', error: null },
          small: { healthy: true, testedModels: ['gone', 'sim-small'], workingModel: 'sim-small', error: null },
        },
      },
    }); // prettier-ignore
    expect(body.categories['big']?.ttft_ms).toEqual(expect.any(Number));
    expect(body.categories['big']?.output_tokens).toBeGreaterThan(0);
  });

  it('cost nothing when only the connection is asked for, and leave the statistics alone', async () => {
    const { body } = await test('open/test?depth=connection');
    expect(body).toMatchObject({ healthy: true, depth: 'connection', categories: {} });
    expect(simulator.ledger({ endpoint: 'messages' })).toEqual([]);
    const { rows } = await database.query('select count(*)::integer as records from usage_records');
    expect(rows).toEqual([{ records: 0 }]);
  });

  it('say in words what is wrong, and what to try', async () => {
    const dead = await test('dead/test');
    expect(dead.body).toMatchObject({
      success: true,
      healthy: false,
      connection: { healthy: false, status: null, failure: { code: 'upstream_unreachable', hint: expect.stringContaining('base_url') } },
      categories: { big: { healthy: false, workingModel: null, error: expect.stringContaining('refused') } },
    }); // prettier-ignore
    simulator.addScript({ standing: true, match: { model: 'sim-big' }, answer: { kind: 'status', status: 401, body: { error: { message: 'Incorrect API key provided: key-CANARY' } } } }); // prettier-ignore
    const refused = await test('open/test', { tiers: ['big'] });
    expect(refused.body).toMatchObject({ healthy: false, categories: { big: { failure: { code: 'upstream_credential' } } } }); // prettier-ignore
    expect(Object.keys(refused.body.categories)).toEqual(['big']);
    expect(JSON.stringify([dead.body, refused.body])).not.toContain('CANARY');
    const unset = await test('unset/test');
    expect(unset.body).toMatchObject({ healthy: false, categories: {}, message: expect.stringContaining('NOT_SET is not set') }); // prettier-ignore
    expect((await test('nobody/test')).status).toBe(404);
  });

  it('of a provider in a form use the stored secrets at the same origin only', async () => {
    const id = (await rooms.ask<{ id: number }>('GET', '/api/providers/open', { headers })).body.id;
    const form = { name: 'new', base_url: simulator.openAiUrl('form'), models: { big: ['sim-big'] } };
    expect((await test('test', { ...form, api_key: 'typed' })).body.healthy).toBe(true);
    expect((await test('test', { ...form, id, api_key: '***' })).body.healthy).toBe(true);
    const keys = () => simulator.ledger({ provider: 'form' }).map((each) => each.headers['authorization']);
    expect(new Set(keys())).toEqual(new Set(['Bearer typed', 'Bearer key-CANARY']));
    const other = await startSimulator();
    const moved = { ...form, base_url: other.openAiUrl('form') };
    await test('test', { ...moved, id, api_key: '***' });
    expect(JSON.stringify(other.ledger())).not.toContain('CANARY');
    await other.close();
    expect((await test('test', { ...form, timeout: -1 })).status).toBe(422);
    expect((await test('test', { ...form, base_url: 'http://169.254.169.254' })).status).toBe(422);
    const { body } = await rooms.ask<{ name: string }[]>('GET', '/api/providers', { headers });
    expect(body.map(({ name }) => name).sort()).toEqual(['anth', 'dead', 'open', 'unset']);
  });

  it('tell their steps as they end to whoever wants events', async () => {
    const response = await rooms.app.inject({
      method: 'POST',
      url: '/api/providers/open/test',
      headers: { ...headers, accept: 'text/event-stream' },
    });
    expect(response.headers['content-type']).toContain('text/event-stream');
    const events = [...response.body.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, event, data]) => [event, JSON.parse(data ?? '') as { step?: string; healthy?: boolean }] as const); // prettier-ignore
    expect(events.map(([event, data]) => data.step ?? event)).toEqual([
      'connection',
      'tier',
      'tier',
      'result',
    ]);
    expect(events.at(-1)?.[1].healthy).toBe(true);
    const missing = await rooms.app.inject({ method: 'POST', url: '/api/providers/nobody/test', headers: { ...headers, accept: 'text/event-stream' } }); // prettier-ignore
    expect([missing.statusCode, missing.headers['content-type']]).toEqual([404, expect.stringContaining('problem+json')]); // prettier-ignore
  });

  it('find out what models there are', async () => {
    const models = async (path: string) => (await rooms.ask<{ models: { id: string }[] }>('GET', `/api/providers/${path}/models`, { headers })).body.models.map(({ id }) => id); // prettier-ignore
    expect(await models('open')).toEqual(['sim-big', 'sim-middle', 'sim-small']);
    expect(await models('anth')).toEqual(['sim-big', 'sim-middle', 'sim-small']);
    const dead = await rooms.ask('GET', '/api/providers/dead/models', { headers });
    expect(dead).toMatchObject({ status: 502, body: { code: 'upstream_unreachable' } });
    const unsaved = await rooms.ask<{ models: unknown[] }>('POST', '/api/providers/models', { headers, body: { name: 'x', base_url: simulator.openAiUrl('x'), api_key: 'k' } }); // prettier-ignore
    expect(unsaved.body.models).toHaveLength(3);
  });
});
