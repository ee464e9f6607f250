import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const SECRETS = {
  ENCRYPTION_KEY: '5f'.repeat(16) + 'a0'.repeat(16),
  JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs',
};
const PASSWORD = 'a password nobody guesses';
/** What is promised; the rest is for a machine that does other things as well. */
const PROMISED_MS = 1_000;
const BUSY_MS = 2_000;
const USERS = '/api/admin/permissions';

const measured = (what: string, elapsedMs: number): void => {
  process.stdout.write(`revocation: ${what}: ${elapsedMs.toFixed(0)} ms\n`);
  expect(elapsedMs).toBeLessThan(PROMISED_MS + BUSY_MS);
};

interface Someone {
  readonly id: number;
  readonly email: string;
  readonly keyId: number;
  readonly key: string;
  readonly token: string;
}

describe('what is taken away in one process', () => {
  let simulator: Simulator;
  let one: Gateway;
  let other: Gateway;
  let count = 0;

  beforeAll(async () => {
    simulator = await startSimulator();
    const models = { big: ['m'], middle: ['m'], small: ['m'] };
    const provider = { name: 'p', api_key: 'up', base_url: simulator.openAiUrl('p'), models };
    const options = { config: { providers: [provider] }, env: SECRETS };
    one = await startGateway(options);
    other = await startGateway({ ...options, beside: one });
  }, 90_000);

  afterAll(async () => {
    // Answers that wait go on.
    simulator.reset();
    await other.stop();
    await one.stop();
    await simulator.close();
  }, 60_000);

  const json = async <T>(response: Response): Promise<T> => {
    expect(response.ok).toBe(true);
    return (await response.json()) as T;
  };

  /** A user with a key and a session, both known to the other process. */
  async function someone(): Promise<Someone> {
    const email = `someone-${(count += 1)}@example.com`;
    const user = await json<{ id: number }>(
      await one.api('POST', `${USERS}/users`, { email, password: PASSWORD }),
    );
    const made = await json<{ id: number; api_key: string }>(
      await one.api('POST', '/api/api-keys', { name: 'k', user_id: user.id }),
    );
    const signedIn = await json<{ access_token: string }>(
      await fetch(`${one.url}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: PASSWORD }),
      }),
    );
    const all = { id: user.id, email, keyId: made.id, key: made.api_key, token: signedIn.access_token };
    await eventually(async () => expect(await calls(all)).toBe(200), 10_000);
    await eventually(async () => expect(await looks(all)).toBe(200), 10_000);
    return all;
  }

  const calls = async ({ key }: Someone): Promise<number> => {
    const body = { model: 'p/m', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] };
    const response = await other.messages(body, { 'x-api-key': key });
    await response.arrayBuffer();
    return response.status;
  };
  const looks = async ({ token }: Someone, path = '/api/auth/me'): Promise<number> => {
    const response = await fetch(other.url + path, { headers: { authorization: `Bearer ${token}` } });
    await response.arrayBuffer();
    return response.status;
  };

  it.each<[string, (who: Someone) => Promise<Response>, (who: Someone) => Promise<number>, number]>([
    ['a key', ({ keyId }) => one.api('DELETE', `/api/api-keys/${keyId}`), calls, 401],
    ['a key, for now', ({ keyId }) => one.api('PUT', `/api/api-keys/${keyId}`, { is_active: false }), calls, 401],
    ['an account, for its key', ({ id }) => one.api('PUT', `${USERS}/users/${id}`, { is_active: false }), calls, 401],
    ['an account, for its session', ({ id }) => one.api('PUT', `${USERS}/users/${id}`, { is_active: false }), looks, 401],
    ['an account for good', ({ id }) => one.api('DELETE', `${USERS}/users/${id}`), calls, 401],
    ['the permission to chat', ({ id }) => one.api('PUT', `${USERS}/user/${id}`, { user_id: id, permissions: { chat: false } }), calls, 403],
    ['all permissions, for a session', ({ id }) => one.api('PUT', `${USERS}/user/${id}`, { user_id: id, permissions: { chat: false } }), (who) => looks(who, '/api/api-keys'), 403],
    ['a session', ({ id }) => one.api('DELETE', `${USERS}/users/${id}/sessions`), looks, 401],
  ])('is refused in the other at once: %s', async (what, take, ask, status) => {
    const who = await someone();
    expect((await take(who)).ok).toBe(true);
    const elapsedMs = await eventually(async () => expect(await ask(who)).toBe(status), 10_000);
    measured(what, elapsedMs);
  }, 60_000); // prettier-ignore

  /** An answer of the other process that goes on and on; it must have begun. */
  async function listen({ token }: Someone, method: string, path: string, body?: object) {
    const response = await fetch(other.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error('an answer without a body');
    await reader.read();
    let over = false;
    const toTheEnd = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    const end = toTheEnd()
      .catch(() => undefined)
      .then(() => (over = true));
    return { over: () => over, end, leave: () => reader.cancel() };
  }

  const tail = (who: Someone) => listen(who, 'GET', '/api/stats/requests/live');
  const answer = async (who: Someone) => {
    const headers = { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' };
    const made = await json<{ id: number }>(
      await fetch(`${other.url}/api/conversations`, { method: 'POST', headers, body: '{"model":"p/m"}' }),
    );
    const path = `/api/conversations/${made.id}`;
    simulator.addScript({ answer: 'a word or two', delivery: { gates: [{ afterFrame: 2, name: 'never' }] } });
    await json(
      await fetch(`${other.url}${path}/messages`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ role: 'user', content: 'Hi' }),
      }),
    );
    return listen(who, 'POST', `${path}/complete`, {});
  };
  const permit = ({ id }: Someone, permissions: object) =>
    one.api('PUT', `${USERS}/user/${id}`, { user_id: id, permissions });

  it.each<[string, (who: Someone) => Promise<Response>, typeof tail]>([
    ['the live tail, with the session', ({ id }) => one.api('DELETE', `${USERS}/users/${id}/sessions`), tail],
    ['the live tail, with the account', ({ id }) => one.api('PUT', `${USERS}/users/${id}`, { is_active: false }), tail],
    ['the live tail of everybody, with the permission to see it', (who) => permit(who, { stats: false }), tail],
    ['the answer of a model, with the session', ({ id }) => one.api('DELETE', `${USERS}/users/${id}/sessions`), answer],
    ['the answer of a model, with the permission', (who) => permit(who, { conversations: false }), answer],
  ])('ends in the other what goes on there (T11): %s', async (what, take, begin) => {
    const [who, neighbour] = [await someone(), await someone()];
    expect((await permit(who, { stats: true })).ok).toBe(true);
    await eventually(async () => expect(await looks(who, '/api/stats/summary')).toBe(200), 10_000);
    const [stream, neighbours] = [await begin(who), await begin(neighbour)];
    expect((await permit(neighbour, { stats: true })).ok).toBe(true);
    expect((await take(who)).ok).toBe(true);
    const elapsedMs = await eventually(() => expect(stream.over()).toBe(true), 10_000);
    measured(what, elapsedMs);
    expect(neighbours.over()).toBe(false);
    await neighbours.leave();
  }, 60_000); // prettier-ignore

  it('does not take anything from others', async () => {
    const [who, neighbour] = [await someone(), await someone()];
    await one.api('DELETE', `${USERS}/users/${who.id}`);
    await eventually(async () => expect(await calls(who)).toBe(401), 10_000);
    expect([await calls(neighbour), await looks(neighbour)]).toEqual([200, 200]);
  }, 60_000);
});
