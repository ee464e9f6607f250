import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { SignJWT, exportJWK } from 'jose';
import { MasterSecrets } from '../../src/config/master-secrets.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { BrowserTab } from '../support/browser-tab.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const EMAIL = 'admin@example.com';
const PASSWORD = 'correct horse battery';
const JWT_SECRET_KEY = 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs';
const ENCRYPTION_KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const SECRETS = new MasterSecrets(Buffer.from(JWT_SECRET_KEY), Buffer.from(ENCRYPTION_KEY, 'base64'));

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Signed by hand, with whatever header. */
const hmac = (header: object, payload: object, key: Uint8Array | string): string => {
  const head = `${base64url(header)}.${base64url(payload)}`;
  return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`;
};

describe('a forged session token', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let tab: BrowserTab;
  let rsa: { publicKey: KeyObject; privateKey: KeyObject };

  beforeAll(async () => {
    database = await createTestDatabase();
    const variables = { ADMIN_PASSWORD: PASSWORD, JWT_SECRET_KEY, ENCRYPTION_KEY };
    rooms = await startRooms(testEnvironment(database.url, variables));
    await rooms.app.get(FirstStartService).run();
    tab = new BrowserTab(rooms);
    await tab.login(EMAIL, PASSWORD);
    rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const HEADER = { alg: 'HS256', typ: 'at+jwt' };
  const key = SECRETS.keyFor('access-token');
  const now = Math.floor(Date.now() / 1000);
  /** Everything right: the session is the first one of the administrator. */
  const claims = (): Record<string, unknown> => ({
    sid: 1, sub: '1', iss: 'cc-switch', aud: 'cc-switch', iat: now, exp: now + 600,
  }); // prettier-ignore
  const without = (name: string): Record<string, unknown> =>
    Object.fromEntries(Object.entries(claims()).filter(([each]) => each !== name));
  const statuses = async (token: string): Promise<number[]> => {
    const headers = { authorization: `Bearer ${token}` };
    const answers = await Promise.all([
      rooms.ask('GET', '/api/auth/me', { headers }),
      rooms.ask('GET', '/v1/who', { headers }),
    ]);
    return answers.map(({ status }) => status);
  };
  const rsaSigned = (header: Record<string, unknown>): Promise<string> =>
    new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...header }).sign(rsa.privateKey);
  const rsaPublic = (): string => rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

  it('that is none opens the door: the corpus is right in everything else', async () => {
    expect(await statuses(tab.accessToken)).toEqual([200, 200]);
    expect(await statuses(hmac(HEADER, claims(), key))).toEqual([200, 200]);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['alg none', () => `${base64url({ ...HEADER, alg: 'none' })}.${base64url(claims())}.`],
    ['alg NoNe, with the signature left on', () => hmac({ ...HEADER, alg: 'NoNe' }, claims(), key)],
    ['an empty key', () => hmac(HEADER, claims(), '')],
    ['the secret itself for a key', () => hmac(HEADER, claims(), JWT_SECRET_KEY)],
    ['the key of refresh tokens', () => hmac(HEADER, claims(), SECRETS.keyFor('refresh-token'))],
    ['the key of API keys', () => hmac(HEADER, claims(), SECRETS.keyFor('api-key-digest'))],
    ['the key of another installation', () => hmac(HEADER, claims(), new MasterSecrets(Buffer.alloc(32, 9), Buffer.alloc(32, 9)).keyFor('access-token'))],
    ['an RSA signature', () => rsaSigned({})],
    ['an RSA public key for an HMAC secret', () => hmac({ ...HEADER, alg: 'HS256' }, claims(), rsaPublic())],
    ['a jwk in its header', async () => rsaSigned({ jwk: await exportJWK(rsa.publicKey) })],
    ['a jku in its header', () => rsaSigned({ jku: 'http://127.0.0.1:9/keys.json' })],
    ['an x5u in its header', () => rsaSigned({ x5u: 'http://127.0.0.1:9/cert.pem' })],
    ['a kid that is a path', () => hmac({ ...HEADER, kid: '../../../../dev/null' }, claims(), '')],
    ['a critical extension', () => hmac({ ...HEADER, crit: ['exp2'], exp2: 1 }, claims(), key)],
    ['another type', () => hmac({ ...HEADER, typ: 'JWT' }, claims(), key)],
    ['no type', () => hmac({ alg: 'HS256' }, claims(), key)],
    ['another issuer', () => hmac(HEADER, { ...claims(), iss: 'https://accounts.google.com' }, key)],
    ['another audience', () => hmac(HEADER, { ...claims(), aud: 'other' }, key)],
    ['no audience', () => hmac(HEADER, without('aud'), key)],
    ['no expiry', () => hmac(HEADER, without('exp'), key)],
    ['an expiry that is over', () => hmac(HEADER, { ...claims(), exp: now - 1 }, key)],
    ['a time to come', () => hmac(HEADER, { ...claims(), nbf: now + 600 }, key)],
    ['no session', () => hmac(HEADER, without('sid'), key)],
    ['a session there is not', () => hmac(HEADER, { ...claims(), sid: 999_999 }, key)],
    ['a session that is no number', () => hmac(HEADER, { ...claims(), sid: '1' }, key)],
    ['a session of somebody else', () => hmac(HEADER, { ...claims(), sub: '2' }, key)],
    ['a subject that is no id', () => hmac(HEADER, { ...claims(), sub: '1 or 1=1' }, key)],
  ])('with %s is refused', async (_, make) => {
    expect(await statuses(await make())).toEqual([401, 401]);
  }); // prettier-ignore

  it('made of a genuine one by any change is refused', async () => {
    const genuine = tab.accessToken;
    const change = fc.record({
      at: fc.nat(genuine.length - 1),
      drop: fc.nat(3),
      insert: fc.stringMatching(/^[A-Za-z0-9_.-]{0,4}$/),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, drop, insert }) => {
        const forged = genuine.slice(0, at) + insert + genuine.slice(at + drop);
        fc.pre(forged !== genuine);
        expect(await statuses(forged)).toEqual([401, 401]);
      }),
      { numRuns: 150 },
    );
  });

  it('made of a genuine one by any single letter is refused', async () => {
    const genuine = tab.accessToken;
    const last = genuine.length - 1;
    for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      if (letter === genuine[last]) continue;
      expect(await statuses(genuine.slice(0, last) + letter)).toEqual([401, 401]);
    }
  });

  it('never opens a thousand sessions that look alike for one another', async () => {
    // The cache goes by the session's id, never by a part of the token.
    const tokens = Array.from({ length: 1000 }, (_, index) =>
      hmac(HEADER, { ...claims(), sid: 2 + index }, key),
    );
    const answers = await Promise.all(tokens.map((token) => statuses(token)));
    expect(new Set(answers.flat())).toEqual(new Set([401]));
  });
});
