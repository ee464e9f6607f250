import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigView, ProviderView, PublicProvider } from '@ccs/dto';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { startRedisServer, type RedisServer } from '../support/redis-server.js';
import { describeIf, pathOf } from '../support/requirements.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const SECRETS = {
  ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
  JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
};
const TIMEOUT = 120_000;
const EDITS = 1_000;

const ask = { model: 'p/m', max_tokens: 8, stream: true, messages: [{ role: 'user', content: 'Hi' }] };

/** Two processes on one database that follow one file. */
class Pair {
  private constructor(
    readonly simulator: Simulator,
    readonly here: Gateway,
    readonly there: Gateway,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<Pair> {
    const simulator = await startSimulator({ ledger: 'counters' });
    const config = { providers: [entry(simulator, 'p')] };
    const here = await startGateway({ config, env: { ...SECRETS, ...env } });
    const there = await startGateway({
      env: { ...SECRETS, ...env, PROVIDER_CONFIG_PATH: here.configPath },
      beside: here,
    });
    return new Pair(simulator, here, there);
  }

  async stop(): Promise<void> {
    await this.there.stop();
    await this.here.stop();
    await this.simulator.close();
  }

  /** Milliseconds until both show it. */
  agree(check: (gateway: Gateway) => Promise<void>, withinMs: number): Promise<number> {
    return eventually(() => Promise.all([check(this.here), check(this.there)]), withinMs);
  }
}

const entry = (simulator: Simulator, name: string, more: object = {}) => ({
  name,
  base_url: simulator.openAiUrl(name),
  api_key: 'up',
  models: { big: ['m'], middle: ['m'], small: ['m'] },
  ...more,
});

const read = async <T>(gateway: Gateway, path: string): Promise<T> => {
  const response = await gateway.api('GET', path);
  expect(response.status).toBe(200);
  // What the test says it expects; it looks at it next.
  return (await response.json()) as T;
};
/** What this process's own memory has, not the database. */
const modelsOf = async (gateway: Gateway, name: string): Promise<unknown> =>
  (await read<PublicProvider[]>(gateway, '/api/providers/public')).find((each) => each.name === name)?.models;

describe('provider.json under a thousand quick edits', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.start();
  }, TIMEOUT);
  afterAll(() => pair.stop(), TIMEOUT);

  it(
    'has its last good text in force in every process, and no call fails meanwhile',
    async () => {
      const { here, there, simulator } = pair;
      let editing = true;
      const failures: string[] = [];
      let calls = 0;
      const caller = async (gateway: Gateway): Promise<void> => {
        while (editing) {
          const answer = await gateway.messages(ask);
          const text = await answer.text();
          calls += 1;
          if (answer.status !== 200 || !text.includes('event: message_stop'))
            failures.push(`${answer.status} ${text}`);
        }
      };
      const callers = [here, here, there, there].map(caller);

      const path = here.configPath;
      const textOf = (edit: number): string =>
        JSON.stringify({
          providers: [
            entry(simulator, 'p', { priority: edit + 1 }),
            ...(edit % 3 === 0 ? [entry(simulator, `extra ${edit % 7}`)] : []),
          ],
          model_aliases: { edit: `e${edit}` },
        });
      const write = async (text: string, atomically: boolean): Promise<void> => {
        if (!atomically) return writeFile(path, text);
        await writeFile(`${path}.new`, text);
        await rename(`${path}.new`, path);
      };
      for (let edit = 0; edit < EDITS; edit += 1) {
        const whole = textOf(edit);
        const isBroken = edit % 5 === 1;
        await write(isBroken ? whole.slice(0, whole.length / 2) : whole, edit % 2 === 0);
        if (edit % 50 === 0) await sleep(20);
      }
      const last = `e${EDITS}`;
      await write(textOf(EDITS), true);
      await pair.agree(async (gateway) => {
        const config = await read<ConfigView>(gateway, '/api/config');
        expect(config).toMatchObject({ model_aliases: { edit: last }, provider_file: { status: 'applied' } });
      }, 15_000);
      await write('{"providers": [', false);
      await pair.agree(async (gateway) => {
        const config = await read<ConfigView>(gateway, '/api/config');
        expect(config).toMatchObject({ model_aliases: { edit: last }, provider_file: { status: 'broken' } });
      }, 15_000);

      editing = false;
      await Promise.all(callers);
      expect(failures).toEqual([]);
      expect(calls).toBeGreaterThan(20);
      const [own] = (await read<ProviderView[]>(here, '/api/providers')).filter(({ name }) => name === 'p');
      expect(own?.priority).toBe(EDITS + 1);
      expect(here.output() + there.output()).not.toContain('uncaught');
    },
    TIMEOUT,
  );
});

function agreement(start: () => Promise<Pair>): void {
  let pair: Pair;
  beforeAll(async () => {
    pair = await start();
  }, TIMEOUT);
  afterAll(() => pair.stop(), TIMEOUT);

  /** A busy machine is given more than the second; the figure is printed by whoever measures. */
  const WITHIN_MS = 5_000;
  const send = async (gateway: Gateway, method: string, path: string, body?: object): Promise<void> => {
    const response = await gateway.api(method, path, body);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };
  const models = (name: string, expected: unknown) =>
    pair.agree(async (gateway) => expect(await modelsOf(gateway, name)).toEqual(expected), WITHIN_MS);

  it('after a provider was made, changed, switched off and deleted at either of them', async () => {
    const { here, there, simulator } = pair;
    await send(here, 'POST', '/api/providers', entry(simulator, 'q', { models: { big: ['one'] } }));
    await models('q', { big: ['one'] });
    await send(there, 'PUT', '/api/providers/q', { models: { big: ['two'] } });
    await models('q', { big: ['two'] });
    const call = (gateway: Gateway) => gateway.messages({ ...ask, model: 'q/two' });
    expect((await call(here)).status).toBe(200);
    await send(here, 'PATCH', '/api/providers/q/enable?enabled=false');
    await pair.agree(async (gateway) => expect((await call(gateway)).status).toBe(404), WITHIN_MS);
    await send(there, 'DELETE', '/api/providers/q');
    await models('q', undefined);
  });

  it('after the configuration was changed', async () => {
    const called = async (gateway: Gateway) =>
      (await gateway.messages({ ...ask, model: 'nick' })).headers.get('x-ccs-model');
    await send(pair.there, 'PUT', '/api/config', { model_aliases: { nick: ['p/renamed'] } });
    await pair.agree(async (gateway) => expect(await called(gateway)).toBe('renamed'), WITHIN_MS);
    await send(pair.here, 'PUT', '/api/config', { default_tier: 'reject', model_aliases: null });
    await pair.agree(
      async (gateway) => expect((await gateway.messages({ ...ask, model: 'nick' })).status).toBe(404),
      WITHIN_MS,
    );
  });

  it('after the file was changed', async () => {
    const providers = [
      entry(pair.simulator, 'p'),
      entry(pair.simulator, 'r', { models: { big: ['filed'] } }),
    ];
    await writeFile(pair.here.configPath, JSON.stringify({ providers }));
    await models('r', { big: ['filed'] });
  });
}

describe('two processes agree, by PostgreSQL alone', () => {
  agreement(() => Pair.start());
});

describeIf('redis', 'two processes agree, with Redis', () => {
  let redis: RedisServer;
  agreement(async () => {
    redis = await startRedisServer(pathOf('redis'));
    return Pair.start({ REDIS_URL: redis.url });
  });
  afterAll(() => redis.stop());
});
