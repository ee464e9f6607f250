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
    const simulator = await startSimulator({ ledger: 'full', ledgerEntries: 50 });
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

/** A kind of change: it is made once, and each process must show it. */
interface Change {
  readonly what: string;
  readonly make: (pair: Pair) => Promise<unknown>;
  readonly shows: (gateway: Gateway, pair: Pair) => Promise<unknown>;
  readonly expected: unknown;
}

const send = async (gateway: Gateway, method: string, path: string, body?: object): Promise<void> => {
  const response = await gateway.api(method, path, body);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
};
const call = (gateway: Gateway, model: string) => gateway.messages({ ...ask, model });
/** Who answers a call: provider and its model; else the status. */
const answererOf =
  (model: string) =>
  async (gateway: Gateway): Promise<unknown> => {
    const { status, headers } = await call(gateway, model);
    return status === 200 ? `${headers.get('x-ccs-provider')}/${headers.get('x-ccs-model')}` : status;
  };
/** What q is asked with. */
const askedWith =
  (header: string) =>
  async (gateway: Gateway, { simulator }: Pair): Promise<unknown> => {
    await call(gateway, 'q/two');
    return simulator.ledger({ provider: 'q' }).at(-1)?.headers[header];
  };
const put = (body: object) => (pair: Pair) => send(pair.there, 'PUT', '/api/providers/q', body);
const configure = (body: object) => (pair: Pair) => send(pair.here, 'PUT', '/api/config', body);
const configured = async (gateway: Gateway): Promise<ConfigView> => read(gateway, '/api/config');
const file = (pair: Pair, model: string): string =>
  JSON.stringify({
    providers: [entry(pair.simulator, 'p'), entry(pair.simulator, 'r', { models: { big: [model] } })],
  });
const replaceFile = async (path: string, text: string): Promise<void> => {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
};
const modelsOfR = (gateway: Gateway): Promise<unknown> => modelsOf(gateway, 'r');
const idOf = async (gateway: Gateway, name: string): Promise<number | undefined> =>
  (await read<ProviderView[]>(gateway, '/api/providers')).find((each) => each.name === name)?.id;

/** In this order: each begins where the one before ends. */
const CHANGES: readonly Change[] = [
  {
    what: 'a provider is made',
    make: ({ here, simulator }) =>
      send(here, 'POST', '/api/providers', entry(simulator, 'q', { priority: 9, models: { big: ['one'] } })),
    shows: (gateway) => modelsOf(gateway, 'q'),
    expected: { big: ['one'] },
  },
  {
    what: 'its models',
    make: put({ models: { big: ['two', 'both'] } }),
    shows: answererOf('q/two'),
    expected: 'q/two',
  },
  {
    what: 'its key',
    make: put({ api_key: 'another' }),
    shows: askedWith('authorization'),
    expected: 'Bearer another',
  },
  {
    what: 'its headers',
    make: put({ custom_headers: { 'x-team': 'blue' } }),
    shows: askedWith('x-team'),
    expected: 'blue',
  },
  {
    what: 'its address',
    make: ({ there, simulator }) =>
      send(there, 'PUT', '/api/providers/q', { base_url: simulator.openAiUrl('moved'), api_key: 'new' }),
    shows: async (gateway, { simulator }) => {
      const before = simulator.ledger({ provider: 'moved' }).length;
      await call(gateway, 'q/two');
      return simulator.ledger({ provider: 'moved' }).length > before;
    },
    expected: true,
  },
  {
    what: 'a second provider of the same model',
    make: ({ here, simulator }) =>
      send(here, 'POST', '/api/providers', entry(simulator, 's', { priority: 5, models: { big: ['both'] } })),
    shows: answererOf('both'),
    expected: 's/both',
  },
  {
    what: 'the order of providers',
    make: async ({ here }) => {
      const ids = await Promise.all(['q', 's', 'p'].map((name) => idOf(here, name)));
      await send(here, 'PUT', '/api/providers/order', { ids });
    },
    shows: answererOf('both'),
    expected: 'q/both',
  },
  {
    what: 'a provider is switched off',
    make: ({ here }) => send(here, 'PATCH', '/api/providers/q/enable?enabled=false'),
    shows: answererOf('both'),
    expected: 's/both',
  },
  {
    what: 'it is switched on',
    make: ({ there }) => send(there, 'PATCH', '/api/providers/q/enable?enabled=true'),
    shows: answererOf('both'),
    expected: 'q/both',
  },
  {
    what: 'it is deleted',
    make: ({ there }) => send(there, 'DELETE', '/api/providers/q'),
    shows: answererOf('both'),
    expected: 's/both',
  },
  {
    what: 'an alias',
    make: configure({ model_aliases: { nick: ['p/renamed'] } }),
    shows: answererOf('nick'),
    expected: 'p/renamed',
  },
  {
    what: 'what unknown models get',
    make: configure({ model_aliases: null, default_tier: 'reject' }),
    shows: answererOf('nick'),
    expected: 404,
  },
  {
    what: 'the strategy',
    make: configure({ fallback_strategy: 'weighted' }),
    shows: async (gateway) => (await configured(gateway)).fallback_strategy,
    expected: 'weighted',
  },
  {
    what: 'what is logged',
    make: configure({ observability: { log_level: 'error' } }),
    shows: async (gateway) => {
      const { length } = gateway.output();
      await call(gateway, 'p/m');
      // Lines leave the process four times a second.
      await sleep(300);
      return gateway.output().slice(length).includes('call answered');
    },
    expected: false,
  },
  {
    what: 'the file, written over',
    make: (pair) => writeFile(pair.here.configPath, file(pair, 'written')),
    shows: modelsOfR,
    expected: { big: ['written'] },
  },
  {
    what: 'the file, replaced',
    make: (pair) => replaceFile(pair.here.configPath, file(pair, 'replaced')),
    shows: modelsOfR,
    expected: { big: ['replaced'] },
  },
  {
    what: 'the file, emptied and written twice',
    make: async (pair) => {
      await writeFile(pair.here.configPath, '');
      await sleep(20);
      await writeFile(pair.here.configPath, file(pair, 'first'));
      await writeFile(pair.here.configPath, file(pair, 'second'));
    },
    shows: modelsOfR,
    expected: { big: ['second'] },
  },
  {
    what: 'the file, removed and put back by an editor',
    make: async (pair) => {
      const path = pair.here.configPath;
      await rename(path, `${path}~`);
      await writeFile(path, file(pair, 'edited'));
    },
    shows: modelsOfR,
    expected: { big: ['edited'] },
  },
];

/** What the product promises. */
const WITHIN_MS = 1_000;

function agreement(start: () => Promise<Pair>): void {
  let pair: Pair;
  const took: string[] = [];
  beforeAll(async () => {
    pair = await start();
  }, TIMEOUT);
  afterAll(async () => {
    console.log(took.join('\n'));
    await pair.stop();
  }, TIMEOUT);

  it.each(CHANGES)('on $what', async ({ what, make, shows, expected }) => {
    await make(pair);
    const ms = await pair.agree(
      async (gateway) => expect(await shows(gateway, pair)).toEqual(expected),
      WITHIN_MS,
    );
    took.push(`${String(Math.round(ms)).padStart(5)} ms  ${what}`);
  });
}

describe('two processes agree within a second, by PostgreSQL alone:', () => {
  agreement(() => Pair.start());
});

describeIf('redis', 'two processes agree within a second, with Redis:', () => {
  let redis: RedisServer;
  agreement(async () => {
    redis = await startRedisServer(pathOf('redis'));
    return Pair.start({ REDIS_URL: redis.url });
  });
  afterAll(() => redis.stop());
});
