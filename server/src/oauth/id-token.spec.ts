import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  SignJWT,
  UnsecuredJWT,
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { verifyIdToken } from './id-token.js';

const ISSUER = 'https://login.example.com';
const CLIENT = 'ccs';
const NONCE = 'the nonce of this flow';
const TENANT = '11111111-2222-4333-8444-555555555555';

describe('verifyIdToken', () => {
  let privateKey: CryptoKey;
  let otherKey: CryptoKey;
  let keys: JWTVerifyGetKey;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    privateKey = pair.privateKey;
    otherKey = (await generateKeyPair('ES256')).privateKey;
    keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256' }] });
  });

  const claims = (change: JWTPayload = {}): JWTPayload => ({
    iss: ISSUER,
    sub: 'ana',
    aud: CLIENT,
    iat: now(),
    exp: now() + 300,
    nonce: NONCE,
    ...change,
  });
  const sign = (
    payload: JWTPayload,
    key: CryptoKey | Uint8Array = privateKey,
    alg = 'ES256',
  ): Promise<string> => new SignJWT(payload).setProtectedHeader({ alg }).sign(key);
  const verify = (token: unknown, issuer = ISSUER) =>
    verifyIdToken(token, { issuer, clientId: CLIENT, nonce: NONCE, keys });

  it('takes one that is as it must be', async () => {
    expect(await verify(await sign(claims()))).toMatchObject({ iss: ISSUER, sub: 'ana' });
    expect(await verify(await sign(claims({ aud: [CLIENT, 'other'], azp: CLIENT })))).toMatchObject({
      sub: 'ana',
    });
  });

  it.each<[string, JWTPayload]>([
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'other' }],
    ['several audiences and no word for which', { aud: [CLIENT, 'other'] }],
    ['another authorized party', { azp: 'other' }],
    ['another nonce', { nonce: 'of another flow' }],
    ['no nonce', { nonce: undefined }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['no end', { exp: undefined }],
    ['an end in the past', { exp: now() - 60 }],
    ['no beginning', { iat: undefined }],
  ])('refuses %s', async (_, change) => {
    await expect(verify(await sign(claims(change)))).rejects.toBeInstanceOf(errors.JOSEError);
  });

  it('refuses other keys, no signature, and the secret as a key', async () => {
    const [header = '', , signature = ''] = (await sign(claims())).split('.');
    const payload = Buffer.from(JSON.stringify(claims({ sub: 'admin' }))).toString('base64url');
    const forged = [
      await sign(claims(), otherKey),
      `${header}.${payload}.${signature}`,
      new UnsecuredJWT(claims()).encode(),
      await sign(claims(), new TextEncoder().encode('a client secret that is long enough'), 'HS256'),
      'not a token',
      undefined,
      {},
    ];
    for (const token of forged) await expect(verify(token)).rejects.toBeInstanceOf(errors.JOSEError);
  });

  it("puts the token's tenant into the issuer, and nothing but a tenant", async () => {
    const shared = 'https://login.example.com/{tid}/v2.0';
    const own = claims({ iss: `https://login.example.com/${TENANT}/v2.0`, tid: TENANT });
    expect(await verify(await sign(own), shared)).toMatchObject({ tid: TENANT });
    for (const change of [
      { tid: TENANT.replace('1', '2') },
      { tid: undefined },
      { tid: '../evil', iss: 'https://login.example.com/../evil/v2.0' },
    ]) {
      await expect(verify(await sign({ ...own, ...change }), shared)).rejects.toBeInstanceOf(
        errors.JOSEError,
      );
    }
  });
});

function now(): number {
  return Math.floor(Date.now() / 1000);
}
