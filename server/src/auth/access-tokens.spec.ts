import { beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT, generateKeyPair } from 'jose';
import { parseEnvironment } from '../config/environment.js';
import { MasterSecrets } from '../config/master-secrets.js';
import { AccessTokens } from './access-tokens.js';

const environment = parseEnvironment({
  DATABASE_URL: 'postgres://localhost/ccs',
  JWT_TOKEN_EXPIRE_MINUTES: '15',
});
const secretsWith = (byte: number) => new MasterSecrets(Buffer.alloc(32, byte), Buffer.alloc(32, byte));
const CLAIMS = { userId: 42, sessionId: 3 };

describe('session tokens', () => {
  const tokens = new AccessTokens(secretsWith(1), environment);
  const key = secretsWith(1).keyFor('access-token');
  let genuine: string;

  beforeAll(async () => {
    genuine = await tokens.issue(CLAIMS, 3600);
  });

  /** A token with everything right, but for what the case changes. */
  const build = (
    change: (token: SignJWT) => SignJWT = (token) => token,
    header: Record<string, unknown> = {},
  ) =>
    change(
      new SignJWT({ sid: 3 })
        .setSubject('42')
        .setIssuer('cc-switch')
        .setAudience('cc-switch')
        .setIssuedAt()
        .setExpirationTime('5m'),
    ).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...header });

  it('are verified by every process with the same secret', async () => {
    await expect(new AccessTokens(secretsWith(1), environment).verify(genuine)).resolves.toEqual(CLAIMS);
    await expect(tokens.verify(await build().sign(key))).resolves.toEqual(CLAIMS);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['nothing', () => ''],
    ['no JWT', () => 'eyJ.eyJ.x'],
    ['another secret', () => new AccessTokens(secretsWith(2), environment).issue(CLAIMS, 3600)],
    ['the secret of another purpose', () => build().sign(secretsWith(1).keyFor('api-key-digest'))],
    ['the secret itself', () => build().sign(Buffer.alloc(32, 1))],
    ['an empty signature', () => genuine.slice(0, genuine.lastIndexOf('.') + 1)],
    ['alg none', () => new UnsecuredJWT({ sid: 3 }).setSubject('42').setIssuer('cc-switch').setAudience('cc-switch').setExpirationTime('5m').encode()],
    ['HS512', () => build((token) => token, { alg: 'HS512' }).sign(Buffer.concat([key, key]))],
    ['RS256', async () => build((token) => token, { alg: 'RS256' }).sign((await generateKeyPair('RS256')).privateKey)],
    ['another type', () => build((token) => token, { typ: 'JWT' }).sign(key)],
    ['another issuer', () => build((token) => token.setIssuer('evil')).sign(key)],
    ['another audience', () => build((token) => token.setAudience('other')).sign(key)],
    ['an expiry in the past', () => build((token) => token.setExpirationTime('-1s')).sign(key)],
    ['a subject that is no id', () => build((token) => token.setSubject('1 or 1=1')).sign(key)],
    ['no subject', () => new SignJWT({ sid: 3 }).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).setIssuer('cc-switch').setAudience('cc-switch').setIssuedAt().setExpirationTime('5m').sign(key)],
    ['no expiry', () => new SignJWT({ sid: 3 }).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).setSubject('42').setIssuer('cc-switch').setAudience('cc-switch').setIssuedAt().sign(key)],
    ['a changed payload', () => {
      const [head = '', , signature = ''] = genuine.split('.');
      return `${head}.${Buffer.from('{"sub":"1","sid":1}').toString('base64url')}.${signature}`;
    }],
  ])('are refused with %s', async (_, make) => {
    await expect(tokens.verify(await make())).resolves.toBeNull();
  }); // prettier-ignore

  it('live as long as the environment says', async () => {
    const payload = JSON.parse(Buffer.from(genuine.split('.')[1] ?? '', 'base64url').toString()) as {
      exp: number;
      iat: number;
    };
    expect(payload.exp - payload.iat).toBe(15 * 60);
  });
});
