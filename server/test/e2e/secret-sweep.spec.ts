import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { startRedisServer, type RedisServer } from '../support/redis-server.js';
const HANDS_OUT_TOKENS = /^\/api\/auth\/(login|refresh|change-password)\b/;

import { describeIf, pathOf } from '../support/requirements.js';
import {
  databasePlaces,
  filePlaces,
  findSecrets,
  redisPlaces,
  type PlantedSecret,
  type ReadablePlaces,
} from '../support/secret-sweep.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

/** Each is used once, looks like the real thing, and stands nowhere else in this repository. */
const SECRET = {
  adminPassword: 'canary-admin-Vb7Qx2-password',
  userPassword: 'canary-user-Hk4Wd9-password',
  newPassword: 'canary-new-Jm3Rt8-password',
  wrongPassword: 'canary-wrong-Pz6Ny1-password',
  jwtSecret: 'canaryJwt0Fq8Lw3Zx5Cv7Bn9Mk2Hg4Td6Rs1',
  encryptionKey: 'c4'.repeat(8) + '7ea91b03d65f28'.repeat(3) + '5ad1c3',
  providerKey: 'sk-canary-provider-3hT9vYq2Lx',
  referencedKey: 'sk-canary-referenced-8wKz5NbR4',
  providerHeader: 'canary-header-6pVt1MsXc7Qa',
  oauthSecret: 'canary-oauth-9sKq4ZtUb6Lm',
  prompt: 'canary-prompt-2gDf8JhWe5',
} as const;

/** A provider for each way to fail in each dialect, so that none is put aside for what another did. */
const FAILING = [400, 401, 402, 403, 404, 413, 429, 500, 529].flatMap((status) => [
  [`openai-${status}`, status] as const,
  [`anthropic-${status}`, status] as const,
]);

interface Recorded {
  /** `POST /api/auth/login` and the like. */
  readonly request: string;
  readonly path: string;
  readonly text: string;
}

describeIf('redis', 'secrets', () => {
  let simulator: Simulator;
  let redis: RedisServer;
  let gateway: Gateway;
  const answers: Recorded[] = [];
  /** Handed out by the server: each may stand in the one answer that hands it out. */
  const handedOut: PlantedSecret[] = [];
  const handOut = (name: string, value: unknown): string => {
    expect(typeof value).toBe('string');
    handedOut.push({ name, value: String(value) });
    return String(value);
  };

  beforeAll(async () => {
    simulator = await startSimulator();
    redis = await startRedisServer(pathOf('redis'));
    const provider = (name: string, more: object) => ({
      name,
      api_key: SECRET.providerKey,
      custom_headers: { 'x-tenant': SECRET.providerHeader },
      base_url: simulator.openAiUrl(name),
      max_retries: 0,
      models: { big: ['m'], middle: ['m'], small: ['m'] },
      ...more,
    });
    gateway = await startGateway({
      adminPassword: SECRET.adminPassword,
      config: {
        providers: [
          provider('plain', {}),
          provider('referenced', { api_key: '${CANARY_KEY}', priority: 2 }),
          provider('passing', {
            api_format: 'anthropic',
            base_url: simulator.anthropicUrl('passing'),
            priority: 3,
          }),
          ...FAILING.map(([name]) =>
            name.startsWith('anthropic')
              ? provider(name, {
                  api_format: 'anthropic',
                  base_url: simulator.anthropicUrl(name),
                  priority: 5,
                })
              : provider(name, { priority: 5 }),
          ),
          provider('dead', { base_url: 'http://127.0.0.1:9', priority: 4 }),
        ],
      },
      env: {
        LOG_LEVEL: 'debug',
        REDIS_URL: redis.url,
        REDIS_TIMEOUT: '5',
        JWT_SECRET_KEY: SECRET.jwtSecret,
        ENCRYPTION_KEY: SECRET.encryptionKey,
        CANARY_KEY: SECRET.referencedKey,
        GITHUB_CLIENT_ID: 'client-id',
        GITHUB_CLIENT_SECRET: SECRET.oauthSecret,
      },
    });
    handOut('first API key', gateway.apiKey);
    await live();
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await redis.stop();
    await simulator.close();
  }, 60_000);

  /** Sends what a client would, and keeps what came back, headers included. */
  async function send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<Record<string, unknown> & { readonly cookie: string }> {
    const response = await fetch(gateway.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text().catch((error: unknown) => `broken off: ${String(error)}`);
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    answers.push({ request: `${method} ${path.split('?', 1)[0] ?? ''}`, path, text: `${head}\n\n${text}` });
    const json: unknown = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : {};
    const cookie = /ccs_refresh=([^;]+)/.exec(response.headers.getSetCookie().join())?.[1] ?? '';
    // An array has no fields that matter here.
    return { ...(json as object), cookie };
  }

  const login = async (email: string, password: string): Promise<Record<string, string>> => {
    const answer = await send('POST', '/api/auth/login', {}, { email, password });
    const token = handOut('access token', answer['access_token']);
    handOut('refresh token', answer.cookie);
    return { authorization: `Bearer ${token}` };
  };

  /** What an installation sees in a day: sign-ins, keys, calls, and all that goes wrong with them. */
  async function live(): Promise<void> {
    const admin = await login('admin@example.com', SECRET.adminPassword);
    await people(admin);
    await keys(admin);
    await calls();
    await looks(admin);
  }

  async function people(admin: Record<string, string>): Promise<void> {
    const wrong = { email: 'admin@example.com', password: SECRET.wrongPassword };
    await send('POST', '/api/auth/login', {}, wrong);
    await send('POST', '/api/auth/login', {}, { ...wrong, column: SECRET.wrongPassword });
    await send('POST', '/api/auth/login', {}, `{"email":"a","password":"${SECRET.wrongPassword}`);
    await send('POST', `/api/auth/login?password=${SECRET.wrongPassword}`, {}, wrong);
    const users = '/api/admin/permissions/users';
    await send('POST', users, admin, { email: 'ann@example.com', password: SECRET.userPassword });
    await send('POST', users, admin, { email: 'ann@example.com', password: SECRET.userPassword });
    const once = await send('POST', users, admin, { email: 'once@example.com' });
    handOut('one-time password', once['one_time_password']);
    const reset = await send('POST', `${users}/${String(once['id'])}/reset-password`, admin);
    handOut('one-time password', reset['one_time_password']);
    const ann = await login('ann@example.com', SECRET.userPassword);
    const change = { current_password: SECRET.userPassword, new_password: SECRET.newPassword };
    await send('PUT', '/api/auth/change-password', ann, { ...change, new_password: 'short' });
    const changed = await send('PUT', '/api/auth/change-password', ann, change);
    handOut('access token', changed['access_token']);
    const cookie = {
      cookie: `ccs_refresh=${handOut('refresh token', changed.cookie)}`,
      'sec-fetch-site': 'same-origin',
    };
    const refreshed = await send('POST', '/api/auth/refresh', cookie, {});
    handOut('access token', refreshed['access_token']);
    handOut('refresh token', refreshed.cookie);
    const newest = { ...cookie, cookie: `ccs_refresh=${refreshed.cookie}` };
    await send('POST', '/api/auth/refresh', newest, {});
    await send('POST', '/api/auth/refresh', cookie, {});
  }

  async function keys(admin: Record<string, string>): Promise<void> {
    const made = await send('POST', '/api/api-keys', admin, {
      name: 'limited',
      rpm: 1_000,
      budget_day_usd: 1,
    });
    const key = handOut('API key', made['api_key']);
    const path = `/api/api-keys/${String(made['id'])}`;
    const rotated = await send('POST', `${path}/rotate`, admin, {});
    const newest = handOut('API key', rotated['api_key']);
    await send('GET', path, admin);
    await send('GET', `${path}/full`, admin);
    await send('PUT', path, admin, { name: 'renamed', api_key: key });
    for (const each of [key, newest]) {
      await send('GET', '/v1/models', { 'x-api-key': each });
      await send('GET', `/v1/models?api_key=${each}`, {});
      await send('GET', `/v1/${each}`, {});
      await send('GET', '/api/auth/me', { authorization: `Bearer ${each}` });
    }
    await send('DELETE', path, admin);
    await send('GET', '/v1/models', { 'x-api-key': newest });
  }

  async function calls(): Promise<void> {
    const key = { 'x-api-key': gateway.apiKey };
    const ask = (model: string, more: object = {}) =>
      send('POST', '/v1/messages', key, {
        model,
        max_tokens: 20,
        messages: [{ role: 'user', content: SECRET.prompt }],
        ...more,
      });
    const echo = `Incorrect API key provided: ${SECRET.providerKey}, ${SECRET.referencedKey}; ${SECRET.providerHeader}`;
    for (const stream of [false, true]) {
      for (const model of ['plain/m', 'referenced/m', 'passing/m']) await ask(model, { stream });
      for (const [provider, status] of FAILING) {
        const texts = { message: echo, type: echo, code: echo };
        for (const how of [
          { text: echo },
          { body: { error: texts } },
          { body: { type: 'error', error: texts } },
        ]) {
          simulator.addScript({ match: { provider }, answer: { kind: 'status', status, ...how } });
          await ask(`${provider}/m`, { stream });
        }
      }
    }
    await ask('dead/m');
    await ask('absent/m');
    await ask('plain/m', { max_tokens: -1 });
    await send('POST', '/v1/messages', key, `{"model":"plain/m","messages":"${SECRET.prompt}`);
    await send('POST', '/v1/messages/count_tokens', key, {
      model: 'passing/m',
      messages: [{ role: 'user', content: SECRET.prompt }],
    });
    await send('POST', '/api/event_logging/batch', {}, { events: [SECRET.prompt, gateway.apiKey] });
  }

  /** Everything an administrator can read. */
  async function looks(admin: Record<string, string>): Promise<void> {
    const { paths } = (await send('GET', '/docs/openapi.json', {})) as unknown as {
      paths: Record<string, Record<string, unknown>>;
    };
    const readable = Object.keys(paths).filter((path) => paths[path]?.['get'] !== undefined);
    expect(readable.length).toBeGreaterThan(10);
    for (const path of readable) {
      if (path.endsWith('/live') || path.endsWith('/stream')) continue;
      await send('GET', path.replace(/\{[^}]*\}/g, '1'), admin);
      await send('GET', path.replace(/\{[^}]*\}/g, 'github'), {});
    }
  }

  const planted = (...names: (keyof typeof SECRET)[]): readonly PlantedSecret[] =>
    names.map((name) => ({ name, value: SECRET[name] }));
  const everything = (): readonly PlantedSecret[] => [
    ...planted(...(Object.keys(SECRET) as (keyof typeof SECRET)[])),
    ...handedOut,
  ];

  async function places(): Promise<ReadablePlaces> {
    return new Map([
      ...(await databasePlaces(gateway.database)),
      ...(await redisPlaces(redis.url)),
      ...(await filePlaces(gateway.dataDir)),
      ['the log', gateway.output()],
    ]);
  }

  it('reach the provider, or the rest would prove nothing', () => {
    const sent = JSON.stringify(simulator.ledger().map(({ headers, bodyText }) => ({ headers, bodyText })));
    for (const name of ['providerKey', 'referencedKey', 'providerHeader', 'prompt'] as const) {
      expect(sent).toContain(SECRET[name]);
    }
    expect(handedOut.length).toBeGreaterThan(10);
  });

  it('stand neither in the database nor in Redis, in a file or in the log', async () => {
    const read = await places();
    expect([...read.keys()].some((place) => place.startsWith('Redis '))).toBe(true);
    expect(read.get('the log')).toContain('"level"');
    expect(findSecrets(everything(), read)).toEqual([]);
  });

  it('are in no answer but the one that hands them out', () => {
    // What somebody asks may come back in the answer.
    const kept = everything().filter(({ name }) => name !== 'prompt');
    const spread = kept.flatMap(({ name, value }) => {
      // Who writes a secret into a URL may be told that URL.
      // Tokens of one session and one second are the same, whichever answer hands them out.
      const isToken = name === 'access token' || name === 'refresh token';
      const others = answers.filter(
        ({ path }) => !path.includes(value) && !(isToken && HANDS_OUT_TOKENS.test(path)),
      );
      const holding = others.filter(
        ({ text }) => findSecrets([{ name, value }], new Map([['', text]])).length > 0,
      );
      const allowed = handedOut.some((each) => each.value === value) && name !== 'first API key' ? 1 : 0;
      return holding.length <= allowed
        ? []
        : holding.map(({ request }) => `${name} in the answer to ${request}`);
    });
    expect(spread).toEqual([]);
    expect(answers.length).toBeGreaterThan(100);
  });

  it('would be found in any of their spellings', () => {
    const secrets = planted('providerKey');
    const value = SECRET.providerKey;
    for (const text of [value, Buffer.from(value).toString('base64'), Buffer.from(value).toString('hex')]) {
      expect(findSecrets(secrets, new Map([['here', `a ${text} b`]]))).toEqual(['providerKey in here']);
    }
  });
});
