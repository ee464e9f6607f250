import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../scripts/process/free-port.js';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { rollupDifferences } from '../../src/usage/usage-differences.js';
import { CallLoad } from '../support/call-load.js';
import { eventually } from '../support/eventually.js';
import { KillableProcess } from '../support/killable-process.js';
import { takeDatabaseAway } from '../support/outage.js';
import { startRedisServer } from '../support/redis-server.js';
import { describeIf, pathOf } from '../support/requirements.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };
const SECRETS = {
  ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  JWT_SECRET_KEY: randomBytes(48).toString('base64'),
};
const USAGE = { input: 30, output: 7, cacheRead: 20 };
const DRAIN_MS = 120_000;
/** Text of calls that are answered at once. */
const SHORT = 'short';

interface Kept {
  readonly session_id: string | null;
  readonly status: string;
  readonly input: number;
  readonly output: number;
}

describe('usage accounting', () => {
  let directory: string;
  let simulator: Simulator;
  let database: TestDatabase;
  let processes: KillableProcess[];

  beforeEach(async () => {
    processes = [];
    directory = await mkdtemp(join(tmpdir(), 'ccs-crash-'));
    simulator = await startSimulator({ ledgerEntries: 200_000 });
    simulator.addScript({
      standing: true,
      answer: { kind: 'message', content: [{ type: 'text', text: 'word '.repeat(24) }], usage: USAGE },
      delivery: { betweenFramesMs: 10, jitterMs: 25 },
    });
    simulator.addScript({
      standing: true,
      match: { userText: SHORT },
      answer: { kind: 'message', content: [{ type: 'text', text: 'Hi' }], usage: USAGE },
    });
    database = await createTestDatabase();
    await writeFile(
      join(directory, 'provider.json'),
      JSON.stringify({
        providers: [
          {
            name: 'sim',
            api_key: 'k',
            base_url: simulator.openAiUrl('sim'),
            models: { middle: ['m'] },
            prices: { m: { input: 1, output: 2, cache_read: 0.5 } },
          },
        ],
      }),
    );
  }, 60_000);
  afterEach(async () => {
    await Promise.all(processes.map((one) => one.stop()));
    await simulator.close();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  const environment = (extra: Record<string, string>): Record<string, string> => ({
    HOST: '127.0.0.1',
    DATA_DIR: join(directory, 'data'),
    PROVIDER_CONFIG_PATH: join(directory, 'provider.json'),
    DATABASE_URL: database.url,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    LOG_LEVEL: 'warning',
    DB_POOL_SIZE: '2',
    // What a queue lost comes again soon, and what was only late comes twice.
    USAGE_SHIP_AGAIN: '3',
    ...SECRETS,
    ...extra,
  });

  const started = async (one: KillableProcess): Promise<KillableProcess> => {
    processes.push(one);
    await one.start();
    return one;
  };
  const gateway = async (extra: Record<string, string> = {}) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = environment({ PORT: String(port), ...extra });
    return { url, process: await started(new KillableProcess('main.js', env, url)) };
  };

  async function newKey(url: string): Promise<string> {
    const send = (path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const { access_token } = (await (await send('/api/auth/login', ADMIN)).json()) as {
      access_token: string;
    };
    const made = await send('/api/api-keys', { name: 'load' }, { authorization: `Bearer ${access_token}` });
    return ((await made.json()) as { api_key: string }).api_key;
  }

  /** Not streamed, without a session; over a connection of its own, none that a killed gateway has left. */
  async function shortCall(url: string, apiKey: string): Promise<number> {
    const call = request(`${url}/v1/messages`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
    });
    call.end(
      JSON.stringify({ model: 'sonnet', max_tokens: 9, messages: [{ role: 'user', content: SHORT }] }),
    );
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    await buffer(response);
    return response.statusCode ?? 0;
  }

  /** Everything that was appended has been counted: no segment is left anywhere. */
  const drained = (): Promise<number> =>
    eventually(async () => {
      const entries = await readdir(join(directory, 'data', 'usage', 'journal'), { recursive: true });
      expect(entries.filter((name) => name.endsWith('.log'))).toEqual([]);
    }, DRAIN_MS);

  const kept = async (): Promise<readonly Kept[]> => {
    const { rows } = await database.query(
      `select session_id, status, input_tokens::int as input, output_tokens::int as output from usage_records`,
    );
    return rows as Kept[];
  };

  /** The provider's own ledger is the oracle. `short`: how many calls there were without a session. */
  async function expectExactAccounts(load: CallLoad, short = 0): Promise<void> {
    const all = await kept();
    const records = all.filter((record) => record.session_id !== null);
    expect(all.length - records.length).toBe(short);
    const bySession = new Map(records.map((record) => [record.session_id, record]));
    const served = simulator
      .ledger()
      .filter(({ sent }) => sent.outcome === 'completed')
      .flatMap(({ bodyText }) => /<([\w-]+)>/.exec(bodyText)?.[1] ?? []);
    const seen = load.seen.filter(({ complete }) => complete).map(({ marker }) => marker);
    expect({
      missingOfServed: served.filter((marker) => !bySession.has(marker)),
      missingOfSeen: seen.filter((marker) => bySession.get(marker)?.status !== 'success'),
      doubled: records.length - bySession.size,
      wrong: seen.filter((marker) => {
        const record = bySession.get(marker);
        return (
          record !== undefined &&
          (record.input !== USAGE.input - USAGE.cacheRead || record.output !== USAGE.output)
        );
      }),
      differences: await rollupDifferences((sql) => database.query(sql)),
    }).toEqual({ missingOfServed: [], missingOfSeen: [], doubled: 0, wrong: [], differences: [] });
    const { rows } = await database.query('select sum(calls)::int as calls from usage_daily');
    expect(rows).toEqual([{ calls: all.length }]);
    expect(seen.length).toBeGreaterThan(50);
  }

  describeIf('redis', 'on PostgreSQL and Redis', () => {
    it('is exact through 25 kills of gateways, 10 of the worker, and outages of Redis and PostgreSQL', async () => {
      const redis = await startRedisServer(pathOf('redis'));
      try {
        const env = { REDIS_URL: redis.url, EMBEDDED_WORKER: 'false' };
        const gateways = [await gateway(env), await gateway(env)];
        const worker = await started(
          new KillableProcess(
            'worker.main.js',
            environment({ ...env, LOG_LEVEL: 'info' }),
            'the worker runs',
          ),
        );
        const load = new CallLoad({
          urls: gateways.map(({ url }) => url),
          apiKey: await newKey(gateways[0]?.url ?? ''),
          clients: 5,
          prefix: 'redis',
        });
        const keepKilling = async (one: KillableProcess, times: number, atMostMs: number): Promise<void> => {
          for (let kill = 0; kill < times; kill += 1) {
            await sleep(200 + Math.random() * atMostMs);
            await one.kill();
            await one.start();
          }
        };
        const redisTrouble = async (): Promise<void> => {
          await sleep(4_000);
          await redis.flush();
          await sleep(4_000);
          await redis.kill();
          await sleep(2_000);
          await redis.restart();
        };
        await Promise.all([
          ...gateways.map(({ process }, index) => keepKilling(process, 12 + index, 800)),
          keepKilling(worker, 10, 1_000),
          redisTrouble(),
        ]);
        const before = load.completed;
        const outage = await takeDatabaseAway(database.url);
        await sleep(20_000);
        const during = load.completed - before;
        await outage.bringBack();
        await sleep(1_000);
        await load.stop();
        await drained();
        expect(gateways.map(({ process }) => process.kills)).toEqual([12, 13]);
        expect(during).toBeGreaterThan(20);
        await expectExactAccounts(load);
      } finally {
        await redis.stop();
      }
    }, 900_000);
  });

  it('is exact on the embedded default, and serves 1,000 calls of a known key while PostgreSQL is away', async () => {
    const one = await gateway();
    const apiKey = await newKey(one.url);
    const load = new CallLoad({ urls: [one.url], apiKey, clients: 4, prefix: 'embedded' });
    for (let kill = 0; kill < 3; kill += 1) {
      await sleep(500 + Math.random() * 1_000);
      await one.process.kill();
      await one.process.start();
    }
    expect(await shortCall(one.url, apiKey)).toBe(200);
    const outage = await takeDatabaseAway(database.url);
    const statuses: number[] = [];
    const client = async (): Promise<void> => {
      while (statuses.length < 1_000) statuses.push(await shortCall(one.url, apiKey));
    };
    await Promise.all(Array.from({ length: 8 }, client));
    await outage.bringBack();
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    await load.stop();
    await drained();
    await expectExactAccounts(load, statuses.length + 1);
  }, 400_000);
});
