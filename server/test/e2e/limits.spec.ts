import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreatedApiKey } from '@ccs/dto';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { startRedisServer, type RedisServer } from '../support/redis-server.js';
import { describeIf, pathOf } from '../support/requirements.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const SECRETS = {
  ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
  JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
};
/**
 * On a busy machine Redis may need longer than a call waits; what that means has a test of its own. What a queue lost
 * with Redis is recorded when it is sent again.
 */
const PATIENT = { REDIS_TIMEOUT: '5', USAGE_SHIP_AGAIN: '3' };
/** USD per million tokens: a call of ten output tokens costs one cent. */
const PRICES = { input: 0, output: 1_000, cache_read: 0, cache_write: 0 };
const OUTPUT_TOKENS = 10;
const CENTS_PER_CALL = 1;
const PARALLEL = 64;
const TIMEOUT = 120_000;

const ask = (more: object = {}) => ({
  model: 'p/m',
  max_tokens: OUTPUT_TOKENS,
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
});

function configOf(simulator: Simulator): Record<string, unknown> {
  const provider = (name: string, more: object = {}) => ({
    name,
    api_key: 'up',
    base_url: simulator.openAiUrl(name),
    max_retries: 0,
    models: { big: ['m'], middle: ['m', 'm2'], small: ['m'] },
    ...more,
  });
  return {
    providers: [provider('p', { prices: { m: PRICES, m2: PRICES } }), provider('unpriced', { priority: 2 })],
  };
}

function answerOf(simulator: Simulator): void {
  simulator.reset();
  simulator.addScript({
    standing: true,
    answer: {
      kind: 'message',
      content: [{ type: 'text', text: 'Hello' }],
      usage: { input: 5, output: OUTPUT_TOKENS },
    },
    delivery: { firstFrameAfterMs: 60 },
  });
}

async function makeKey(gateway: Gateway, body: object): Promise<CreatedApiKey> {
  const answer = await gateway.api('POST', '/api/api-keys', { name: 'k', ...body });
  expect(answer.status).toBe(200);
  return (await answer.json()) as CreatedApiKey;
}

/** What came of many calls at once: how many were served, and what was said to the others. */
async function burst(gateways: readonly Gateway[], key: string, body: object, patience = 0) {
  let served = 0;
  const refusals: Record<string, number> = {};
  const call = async (gateway: Gateway): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await gateway.messages(body, { 'x-api-key': key });
      const text = await answer.text();
      if (answer.status === 200) {
        served += 1;
        return;
      }
      const { error } = JSON.parse(text) as { error: { type: string } };
      const said = `${answer.status} ${error.type}`;
      if (answer.headers.get('x-should-retry') === 'false' || attempt >= patience) {
        refusals[said] = (refusals[said] ?? 0) + 1;
        return;
      }
      await sleep(30 + 70 * Math.random());
    }
  };
  const each = PARALLEL / gateways.length;
  await Promise.all(gateways.flatMap((gateway) => Array.from({ length: each }, () => call(gateway))));
  return { served, refusals };
}

const measured = (
  what: string,
  { served, refusals }: { served: number; refusals: object },
  cents: number,
) => {
  const overspent = Math.max(0, served * CENTS_PER_CALL - cents);
  process.stdout.write(
    `limits: ${what}: ${PARALLEL} calls, budget ${cents} cents, ${served} served, overspent ${overspent} cents, ` +
      `others ${JSON.stringify(refusals)}\n`,
  );
  return overspent;
};

/** Holds for one process without Redis and for two with it. */
function itKeepsBudgets(gateways: () => readonly Gateway[], what: string): void {
  const first = (): Gateway => {
    const [gateway] = gateways();
    if (gateway === undefined) throw new Error('no gateway');
    return gateway;
  };

  it('serves ten of 64 calls at once with a budget for ten', async () => {
    const { api_key: key } = await makeKey(first(), { budget_day_usd: 0.1 });
    const result = await burst(gateways(), key, ask());
    expect(measured(`${what}, whole cost known before`, result, 10)).toBe(0);
    expect(result.served).toBeGreaterThan(0);
    // Those that met calls under way may come again; in the end nothing is left.
    const rest = await burst(gateways(), key, ask(), 60);
    expect(result.served + rest.served).toBe(10);
    expect(rest.refusals).toEqual({ '429 billing_error': PARALLEL - rest.served });
  }, 60_000);

  it('overspends by one call at most when calls may cost far more than they do', async () => {
    const { api_key: key } = await makeKey(first(), { budget_month_usd: 0.095 });
    const result = await burst(gateways(), key, ask({ max_tokens: 30_000 }), 200);
    const overspent = measured(`${what}, cost uncertain`, result, 9.5);
    expect(overspent).toBeLessThanOrEqual(CENTS_PER_CALL);
    expect(result.served).toBe(10);
  }, 60_000);

  it('lets no more calls through at once than are allowed, for all keys of a user together', async () => {
    const { api_key: key } = await makeKey(first(), { max_concurrency: 3 });
    const { served, refusals } = await burst(gateways(), key, ask());
    // A place may be taken again while the burst lasts; what counts is how many were upstream together.
    expect(served).toBeGreaterThanOrEqual(3);
    expect(Object.keys(refusals)).toEqual(['429 rate_limit_error']);
  }, 60_000);

  it('keeps to requests per minute exactly', async () => {
    const { api_key: key } = await makeKey(first(), { rpm: 7 });
    const { served, refusals } = await burst(gateways(), key, ask());
    expect([served, refusals]).toEqual([7, { '429 rate_limit_error': PARALLEL - 7 }]);
  }, 60_000);
}

describe('limits of one process without Redis', () => {
  let simulator: Simulator;
  let gateway: Gateway;

  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startGateway({ config: configOf(simulator), env: SECRETS });
  }, TIMEOUT);
  beforeEach(() => answerOf(simulator));
  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, TIMEOUT);

  itKeepsBudgets(() => [gateway], 'one process');

  it('tell what is left, and when there is more', async () => {
    const { api_key: key } = await makeKey(gateway, {
      rpm: 1,
      tpm: 1_000,
      max_concurrency: 4,
      budget_day_usd: 1,
      budget_month_usd: 20,
    });
    const first = await gateway.messages(ask(), { 'x-api-key': key });
    await first.text();
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'anthropic-ratelimit-requests-limit': '1',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      'anthropic-ratelimit-tokens-limit': '1000',
      'x-ccs-concurrency-limit': '4',
      'x-ccs-concurrency-remaining': '3',
      'x-ccs-budget-day-limit': '1',
      'x-ccs-budget-day-remaining': '0.99',
      'x-ccs-budget-month-remaining': '19.99',
    });
    const second = await gateway.messages(ask(), { 'x-api-key': key });
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(30);
    expect(second.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0');
    expect(await second.json()).toMatchObject({ error: { type: 'rate_limit_error' } });
  });

  it('count neither count_tokens nor models', async () => {
    const { api_key: key } = await makeKey(gateway, { rpm: 1 });
    const headers = { 'x-api-key': key, 'content-type': 'application/json' };
    for (let each = 0; each < 3; each += 1) {
      const body = JSON.stringify(ask());
      const counted = await fetch(`${gateway.url}/v1/messages/count_tokens`, {
        method: 'POST',
        headers,
        body,
      });
      const listed = await fetch(`${gateway.url}/v1/models`, { headers });
      expect([counted.status, listed.status]).toEqual([200, 200]);
    }
    expect((await gateway.messages(ask(), headers)).status).toBe(200);
  });

  it('keep a key to its models and providers, by whichever header it comes', async () => {
    const { api_key: key } = await makeKey(gateway, {
      allowed_models: ['m2', 'claude-haiku-*'],
      allowed_providers: ['p'],
    });
    const statusOf = async (model: string, more: Record<string, string> = {}, bearer = false) => {
      const credential: Record<string, string> = bearer
        ? { authorization: `Bearer ${key}`, 'x-api-key': '' }
        : { 'x-api-key': key };
      const answer = await gateway.messages(ask({ model }), { ...credential, ...more });
      const text = await answer.text();
      return answer.status === 200
        ? 200
        : [answer.status, (JSON.parse(text) as { error: { type: string } }).error.type];
    };
    for (const bearer of [false, true]) {
      expect(await statusOf('claude-haiku-5-5', {}, bearer)).toBe(200);
      expect(await statusOf('m2', {}, bearer)).toBe(200);
      expect(await statusOf('claude-opus-5-5', {}, bearer)).toEqual([403, 'permission_error']);
      expect(await statusOf('unpriced/m2', {}, bearer)).toEqual([403, 'permission_error']);
      expect(await statusOf('m2', { 'x-provider-name': 'unpriced' }, bearer)).toEqual([
        403,
        'permission_error',
      ]);
    }
    const listed = await fetch(`${gateway.url}/v1/models`, { headers: { 'x-api-key': key } });
    const { data } = (await listed.json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['claude-haiku-5-5', 'm2']));
    expect(data.map(({ id }) => id)).not.toContain('m');
  });

  it('send a key with a budget nowhere without a price', async () => {
    const { api_key: key } = await makeKey(gateway, { budget_day_usd: 1 });
    const answer = await gateway.messages(ask({ model: 'unpriced/m' }), { 'x-api-key': key });
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ error: expect.objectContaining({ type: 'permission_error' }) }),
    ]);
  });
});

describeIf('redis', 'limits of two processes on one Redis', () => {
  let redis: RedisServer;
  let simulator: Simulator;
  let one: Gateway;
  let two: Gateway;

  beforeAll(async () => {
    redis = await startRedisServer(pathOf('redis'));
    simulator = await startSimulator();
    const options = { config: configOf(simulator), env: { ...SECRETS, ...PATIENT, REDIS_URL: redis.url } };
    one = await startGateway(options);
    two = await startGateway({ ...options, beside: one });
  }, TIMEOUT);
  beforeEach(() => answerOf(simulator));
  afterAll(async () => {
    await two.stop();
    await one.stop();
    await simulator.close();
    await redis.stop();
  }, TIMEOUT);

  itKeepsBudgets(() => [one, two], 'two processes');

  const statusOn = async (gateway: Gateway, key: string): Promise<number> =>
    (await gateway.messages(ask(), { 'x-api-key': key })).status;

  it.each<[string, number, string, (id: number) => object]>([
    ['a disabled user', 401, 'users', () => ({ is_active: false })],
    ['a user without the permission', 403, 'user', (id) => ({ user_id: id, permissions: { chat: false } })],
    ['a user whose budget was taken away', 429, 'users', () => ({ budget_day_usd: 0 })],
  ])('refuse %s by the other process within a second', async (what, status, path, change) => {
    const user = await one.api('POST', '/api/admin/permissions/users', { email: `u${status}@example.com` });
    const { id } = (await user.json()) as { id: number };
    const { api_key: key } = await makeKey(one, { user_id: id });
    expect(await statusOn(two, key)).toBe(200);
    expect((await one.api('PUT', `/api/admin/permissions/${path}/${id}`, change(id))).status).toBe(200);
    const tookMs = await eventually(async () => expect(await statusOn(two, key)).toBe(status), 1_000);
    process.stdout.write(`limits: ${what} was refused by the other process after ${Math.round(tookMs)} ms\n`);
  });

  it('know what was spent when Redis was emptied in the middle of it, however many processes bring it back', async () => {
    const { id, api_key: key } = await makeKey(one, { budget_day_usd: 5 });
    let served = 0;
    for (let round = 0; round < 3; round += 1) {
      const running = burst([one, two], key, ask(), 20);
      await sleep(30);
      await redis.flush();
      served += (await running).served;
    }
    expect(served).toBe(3 * PARALLEL);
    const left = async (gateway: Gateway): Promise<string | null> => {
      const answer = await gateway.messages(ask({ max_tokens: 1 }), { 'x-api-key': key });
      await answer.text();
      if (answer.status === 200) served += 1;
      return answer.headers.get('x-ccs-budget-day-remaining');
    };
    const recorded = async (): Promise<unknown> => {
      const sum = `select coalesce(sum(cost_nano_usd), 0)::bigint as nano from usage_daily where key_id = $1`;
      return (await one.database.query(sum, [id])).rows[0];
    };
    const tookMs = await eventually(async () => {
      // What this very call may cost is set aside: one token.
      const cents = 500 - served * CENTS_PER_CALL;
      expect(Number(await left(two))).toBeCloseTo(cents / 100 - 0.001, 6);
    }, 20_000);
    process.stdout.write(
      `limits: spending agreed with the records ${Math.round(tookMs)} ms after the last of 3 FLUSHALL\n`,
    );
    await eventually(
      async () => expect(await recorded()).toEqual({ nano: String(served * 10_000_000) }),
      20_000,
    );
  }, 90_000);

  it('refuse by the other process what was revoked, within a second', async () => {
    const { id, api_key: key } = await makeKey(one, {});
    expect(await statusOn(two, key)).toBe(200);
    expect((await one.api('DELETE', `/api/api-keys/${id}`)).status).toBe(200);
    const tookMs = await eventually(async () => expect(await statusOn(two, key)).toBe(401), 1_000);
    process.stdout.write(
      `limits: a revoked key was refused by the other process after ${Math.round(tookMs)} ms\n`,
    );
  });

  it('refuse budgets and share rates while Redis is away, and keep revoking keys', async () => {
    const budgeted = await makeKey(one, { budget_day_usd: 1 });
    const rated = await makeKey(one, { rpm: 8 });
    const free = await makeKey(one, {});
    expect(await statusOn(two, budgeted.api_key)).toBe(200);
    const replicasOf = async (gateway: Gateway): Promise<string | undefined> =>
      /^ccs_limit_replicas (\d+)$/m.exec(await (await fetch(`${gateway.url}/metrics`)).text())?.[1];
    for (const gateway of [one, two])
      await eventually(async () => expect(await replicasOf(gateway)).toBe('2'), 20_000);
    await redis.kill();
    try {
      expect(await statusOn(two, budgeted.api_key)).toBe(529);
      expect(await statusOn(two, free.api_key)).toBe(200);
      // Half of eight for each of the two.
      const { served } = await burst([one, two], rated.api_key, ask());
      expect(served).toBe(8);
      expect((await one.api('DELETE', `/api/api-keys/${free.id}`)).status).toBe(200);
      await eventually(async () => expect(await statusOn(two, free.api_key)).toBe(401), 5_000);
    } finally {
      await redis.restart();
    }
    await eventually(async () => expect(await statusOn(two, budgeted.api_key)).toBe(200), 30_000);
  }, 60_000);
});
