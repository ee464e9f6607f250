import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { rename, symlink, unlink, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigChangeView, ConfigView, Page } from '@ccs/dto';
import { CommandModule } from '../../src/command.module.js';
import type { Environment } from '../../src/config/environment.js';
import { ConfigExport } from '../../src/providers/config-export.js';
import { ProviderCatalog } from '../../src/providers/provider-catalog.js';
import { CallLog } from '../../src/telemetry/call-log.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { eventually } from '../support/eventually.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const PASSWORD = 'correct horse battery';
const fileOf = (aliases: Record<string, string>, more: object = {}) =>
  JSON.stringify({ providers: [], model_aliases: aliases, ...more });

describe('the configuration', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let headers: Record<string, string>;
  let directory: string;
  let path: string;
  let environment: Environment;

  const start = async (prepare: () => Promise<void>, more: Partial<Environment> = {}): Promise<void> => {
    environment = testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD });
    directory = environment.dataDir;
    path = join(directory, 'provider.json');
    await prepare();
    rooms = await startRooms({ ...environment, providerConfigPath: path, ...more });
    await rooms.app.get(FirstStartService).run();
    headers = { authorization: `Bearer ${await rooms.signIn('admin@example.com', PASSWORD)}` };
  };

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await rooms.close();
    await database.drop();
  });

  const get = async () => (await rooms.ask<ConfigView>('GET', '/api/config', { headers })).body;
  const put = <T = ConfigView>(body: object) => rooms.ask<T>('PUT', '/api/config', { headers, body });
  const snapshot = () => rooms.app.get(ProviderCatalog).snapshot();
  const aliasIs = (value: string) =>
    eventually(() => expect(snapshot().modelAliases).toEqual({ fast: value }), 10_000);

  it('is shown with its defaults, and changed field by field', async () => {
    await start(() =>
      writeFile(path, fileOf({ fast: 'small' }, { circuit_breaker: { recovery_timeout: 30 } })),
    );
    const before = await get();
    expect(before).toMatchObject({
      fallback_strategy: 'priority', circuit_breaker: { failure_threshold: 5, recovery_timeout: 30 }, retry_on_zero_output_tokens: true,
      retry_on_zero_output_tokens_retries: 3, model_aliases: { fast: 'small' }, default_tier: 'middle', session_affinity: true,
      observability: { log_sampling_rate: 1, slow_request_threshold_ms: 5000, enable_slow_request_alert: true },
      set: ['circuit_breaker.recovery_timeout', 'model_aliases'],
      provider_file: { path, hot_reload: true, status: 'applied', problems: [] },
    }); // prettier-ignore
    const { status, body } = await put({
      version: before.version,
      fallback_strategy: 'weighted',
      circuit_breaker: { failure_threshold: 2 },
      model_aliases: null,
    });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { fallback_strategy: 'weighted', circuit_breaker: { failure_threshold: 2, recovery_timeout: 30 }, model_aliases: {}, success: true },
    }); // prettier-ignore
    expect(snapshot()).toMatchObject({ fallbackStrategy: 'weighted', modelAliases: {} });
    const conflict = await put<{ current: ConfigView }>({ version: before.version, default_tier: 'big' });
    expect([conflict.status, conflict.body.current.fallback_strategy]).toEqual([412, 'weighted']);

    const changes = await rooms.ask<Page<ConfigChangeView>>('GET', '/api/config/changes?area=config', {
      headers,
    });
    expect(changes.body.data.map(({ source, actor_email: by }) => [source, by])).toEqual([['api', 'admin@example.com'], ['file', null]]); // prettier-ignore
    expect(changes.body.data[0]?.fields).toEqual(
      expect.arrayContaining([
        { field: 'fallback_strategy', before: null, after: 'weighted' },
        { field: 'model_aliases', before: { fast: 'small' }, after: null },
      ]),
    );
  });

  it.each<[object, string]>([
    [{ fallback_strategy: 'banana' }, '/fallback_strategy'],
    [{ circuit_breaker: { failure_threshold: -1 } }, '/circuit_breaker/failure_threshold'],
    [{ circuit_breaker: { nonsense: 1 } }, '/circuit_breaker/nonsense'],
    [{ observability: { log_level: 'loud' } }, '/observability/log_level'],
    [{ observability: { log_sampling_rate: 2 } }, '/observability/log_sampling_rate'],
    [{ model_aliases: { x: 1 } }, '/model_aliases/x'],
    [{ retry_on_zero_output_tokens_retries: -1 }, '/retry_on_zero_output_tokens_retries'],
    [{ nonsense: 1 }, '/nonsense'],
  ])('refuses %j at %s', async (body, pointer) => {
    await start(() => writeFile(path, fileOf({})));
    const answer = await put<{ errors: { pointer: string }[] }>(body);
    expect(answer.status).toBe(422);
    expect([...new Set(answer.body.errors.map((error) => error.pointer))]).toEqual([pointer]);
  });

  it('has its observability block in force', async () => {
    await start(() => writeFile(path, fileOf({}, { observability: { log_level: 'error' } })));
    const applied: unknown[] = [];
    const log = rooms.app.get(CallLog);
    jest.spyOn(log, 'apply').mockImplementation((settings) => void applied.push(settings));
    await put({
      observability: { log_level: 'debug', log_sampling_rate: 0.5, slow_request_threshold_ms: 9 },
    });
    await put({ observability: { log_level: null, enable_slow_request_alert: false } });
    expect(applied).toEqual([
      { level: 'debug', samplingRate: 0.5, slowAfterMs: 9 },
      { level: null, samplingRate: 0.5, slowAfterMs: null },
    ]);
  });

  it('follows the file: written over, replaced, emptied first, gone and back', async () => {
    await start(() => writeFile(path, fileOf({ fast: 'one' })));
    await writeFile(path, fileOf({ fast: 'two' }));
    await aliasIs('two');
    await writeFile(`${path}.new`, fileOf({ fast: 'three' }));
    await rename(`${path}.new`, path);
    await aliasIs('three');
    await writeFile(path, '');
    await writeFile(path, fileOf({ fast: 'four' }));
    await aliasIs('four');
    await unlink(path);
    await eventually(async () => expect((await get()).provider_file.status).toBe('missing'), 10_000);
    await writeFile(path, fileOf({ fast: 'five' }));
    await aliasIs('five');
  });

  it('goes on with the last state of a broken file, and says what is wrong with it and where', async () => {
    await start(() => writeFile(path, fileOf({ fast: 'one' })));
    await writeFile(path, '{"providers": [{"name": "a", "api_key": "CANARY"}]}');
    await eventually(async () => {
      const { provider_file: file } = await get();
      expect(file).toMatchObject({ status: 'broken', problems: [{ path: '$.providers[0].base_url', text: 'is missing' }] }); // prettier-ignore
      expect(JSON.stringify(file)).not.toContain('CANARY');
    }, 10_000);
    expect(snapshot().modelAliases).toEqual({ fast: 'one' });
    await writeFile(path, fileOf({ fast: 'two' }));
    await aliasIs('two');
    expect((await get()).provider_file).toMatchObject({ status: 'applied', problems: [] });
  });

  it('leaves the file alone where that was asked for', async () => {
    await start(() => writeFile(path, fileOf({ fast: 'one' })), { configHotReload: false });
    await writeFile(path, fileOf({ fast: 'two' }));
    await sleep(1_500);
    expect(snapshot().modelAliases).toEqual({ fast: 'one' });
    expect((await get()).provider_file.hot_reload).toBe(false);
  });

  it('follows a ConfigMap, whose directory is swapped behind a link', async () => {
    const version = async (name: string, alias: string): Promise<void> => {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'provider.json'), fileOf({ fast: alias }));
      await symlink(name, join(directory, '..data_tmp'));
      await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    await start(async () => {
      await version('..1', 'one');
      await symlink(join('..data', 'provider.json'), path);
    });
    expect(snapshot().modelAliases).toEqual({ fast: 'one' });
    for (const [name, alias] of [['..2', 'two'], ['..3', 'three']] as const) {
      await version(name, alias);
      await aliasIs(alias);
    } // prettier-ignore
  });

  it('is exported as a file that says the same, but for its secrets', async () => {
    await start(() =>
      writeFile(
        path,
        JSON.stringify({
          providers: [
            { name: 'a', base_url: 'https://a.example.com', api_key: 'CANARY', custom_headers: { x: 'CANARY', y: '${HOME}' }, timeout: 9, models: { big: ['m'] } },
            { name: 'b', api_format: 'anthropic', base_url: 'https://${B:-b.example.com}', api_key: '${B_KEY}', enabled: false },
          ],
          default_tier: 'big',
        }),
      ),
    ); // prettier-ignore
    const command = await NestFactory.createApplicationContext(CommandModule.forRoot(environment), {
      logger: false,
    });
    const { file, leftOut } = await command.get(ConfigExport).run();
    await command.close();
    expect(file).toEqual({
      schema_version: 1,
      default_tier: 'big',
      providers: [
        { name: 'a', api_format: 'openai', enabled: true, priority: 1, base_url: 'https://a.example.com', custom_headers: { y: '${HOME}' }, timeout: 9, models: { big: ['m'] } },
        { name: 'b', api_format: 'anthropic', enabled: false, priority: 1, base_url: 'https://${B:-b.example.com}', api_key: '${B_KEY}' },
      ],
    }); // prettier-ignore
    expect(leftOut).toEqual(['a (openai): api_key', 'a (openai): custom_headers.x']);
  });
});
