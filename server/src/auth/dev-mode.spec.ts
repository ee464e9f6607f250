import { describe, expect, it } from '@jest/globals';
import type { Logger } from 'pino';
import { parseEnvironment } from '../config/environment.js';
import type { ChangeFeed, ChangeSubscriber } from '../shared-state/change-feed.js';
import type { UserAccount } from '../users/user-account.js';
import type { UserRepository } from '../users/user.repository.js';
import { DevMode } from './dev-mode.js';

const ADMIN: UserAccount = {
  id: 1, email: 'admin@example.com', name: null, isAdmin: true, isActive: true, mustChangePassword: true, credentialsVersion: 1,
  principal: { userId: 1, keyId: null, email: 'admin@example.com', isAdmin: true, permissions: new Set(['chat', 'users']), strict: false, scopes: [], limits: [] },
}; // prettier-ignore

const HEADERS = { host: '127.0.0.1:8000', 'content-type': 'application/json' };

let reads = 0;
let change: ChangeSubscriber = () => Promise.resolve();

function devMode(administrator: () => UserAccount | null = () => ADMIN): DevMode {
  const users: Pick<UserRepository, 'firstAdministrator'> = {
    firstAdministrator: () => {
      reads += 1;
      return Promise.resolve(administrator());
    },
  };
  const feed: Pick<ChangeFeed, 'subscribe'> = { subscribe: (_, subscriber) => (change = subscriber) };
  const logger: Pick<Logger, 'warn'> = { warn: () => undefined };
  const environment = parseEnvironment({ DATABASE_URL: 'postgres://localhost/x', DEV_MODE: 'true' });
  return new DevMode(environment, logger as Logger, users as UserRepository, feed as ChangeFeed);
}

const ask = (headers: Record<string, string>, apiKey: string | null = 'anything', method = 'POST') =>
  devMode().authenticate({ ...HEADERS, ...headers }, { apiKey, bearer: null }, method);

describe('DEV_MODE', () => {
  it('takes any key for the first administrator with nothing but chat', async () => {
    await expect(ask({})).resolves.toEqual({
      ...ADMIN.principal,
      isAdmin: false,
      permissions: new Set(['chat']),
    });
  });

  it.each<[Record<string, string>]>([
    [{ host: 'localhost:8000' }], [{ host: '[::1]:8000' }], [{ origin: 'http://localhost:4200' }],
    [{ 'content-type': 'application/json; charset=utf-8' }], [{ 'sec-fetch-site': 'same-origin' }],
  ])('lets through %j', async (headers) => {
    await expect(ask(headers)).resolves.toMatchObject({ userId: 1 });
  }); // prettier-ignore

  it.each<[Record<string, string>]>([
    [{ host: 'evil.example.com' }], [{ host: '' }], [{ host: '127.0.0.1.evil.com' }], [{ host: 'localhost@evil.com' }], [{ origin: 'https://evil.example.com' }],
    [{ origin: 'null' }], [{ 'sec-fetch-site': 'cross-site' }], [{ 'x-forwarded-for': '1.2.3.4' }], [{ forwarded: 'for=1.2.3.4' }],
    [{ via: '1.1 proxy' }], [{ 'x-real-ip': '1.2.3.4' }], [{ 'x-forwarded-port': '80' }], [{ 'cf-connecting-ip': '1.2.3.4' }], [{ 'content-type': 'text/plain' }], [{ 'content-type': '' }],
    [{ 'content-type': 'text/plain; application/json' }],
  ])('refuses %j with 403', async (headers) => {
    await expect(ask(headers)).rejects.toMatchObject({ status: 403 });
  }); // prettier-ignore

  it('asks the database once, and again when a user changes', async () => {
    let administrator: UserAccount | null = ADMIN;
    const mode = devMode(() => administrator);
    const call = () => mode.authenticate(HEADERS, { apiKey: 'k', bearer: null }, 'POST');
    reads = 0;
    await call();
    await call();
    expect(reads).toBe(1);
    administrator = null;
    await change();
    await expect(call()).rejects.toMatchObject({ status: 401 });
  });

  it('asks for no content type where there is no body', async () => {
    await expect(ask({ 'content-type': '' }, 'k', 'GET')).resolves.toMatchObject({ userId: 1 });
  });

  it('wants a key, whichever', async () => {
    await expect(ask({}, null)).rejects.toMatchObject({ status: 401 });
  });
});
