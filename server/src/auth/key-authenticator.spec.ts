import { describe, expect, it } from '@jest/globals';
import type { Permission } from '@ccs/dto';
import type { ApiKeyDirectory } from '../api-keys/api-key-directory.js';
import type { KeyStanding } from '../api-keys/key-record.js';
import type { LastUsedMarks } from '../api-keys/last-used-marks.js';
import { PermissionDeniedError, UnauthenticatedError } from '../errors/caller-errors.js';
import { StoreUnavailableError } from '../errors/gateway-state-errors.js';
import { KeyAuthenticator } from './key-authenticator.js';
import type { Principal } from './principal.js';
import type { SessionAuthenticator } from './session-authenticator.js';

const principal = (keyId: number | null, permissions: Permission[] = ['chat']): Principal => ({
  userId: 1, keyId, email: 'a@x', isAdmin: false, permissions: new Set(permissions), strict: false, scopes: [], limits: [],
}); // prettier-ignore

const STANDINGS: Record<string, KeyStanding | 'store away'> = {
  'key-1': { known: true, refusal: null, principal: principal(1) },
  'key-2': { known: true, refusal: null, principal: principal(2) },
  'key-mute': { known: true, refusal: null, principal: principal(3, ['conversations']) },
  'key-deleted': { known: true, refusal: 'deleted', principal: null },
  'key-disabled': { known: true, refusal: 'disabled', principal: null },
  'key-expired': { known: true, refusal: 'expired', principal: null },
  'key-orphan': { known: true, refusal: 'owner_disabled', principal: null },
  'key-away': 'store away',
};

const SESSION = 'eyJ.session.x';

/** `warm`: every key is in memory. */
function setUp({ warm }: { warm: boolean }) {
  const marked: number[] = [];
  const directory: Pick<ApiKeyDirectory, 'find'> = {
    find: (key) => {
      const standing = STANDINGS[key] ?? { known: false };
      if (standing === 'store away') return Promise.reject(new StoreUnavailableError());
      return warm ? standing : Promise.resolve(standing);
    },
  };
  const sessions: Pick<SessionAuthenticator, 'authenticate'> = {
    authenticate: (token) =>
      token === SESSION
        ? Promise.resolve({ principal: principal(null), sessionId: 1 })
        : Promise.reject(new UnauthenticatedError('no session')),
  };
  const marks: Pick<LastUsedMarks, 'mark'> = { mark: (keyId) => marked.push(keyId) };
  const authenticator = new KeyAuthenticator(
    directory as ApiKeyDirectory, sessions as SessionAuthenticator, marks as LastUsedMarks,
  ); // prettier-ignore
  return {
    marked,
    ask: (apiKey: string | null, bearer: string | null) => authenticator.authenticate({ apiKey, bearer }),
  };
}

describe.each([{ warm: true }, { warm: false }])(
  'the caller of the data plane, keys in memory: %j',
  ({ warm }) => {
    it.each<[string | null, string | null, number | null]>([
      ['key-1', null, 1],
      [null, 'key-1', 1],
      [null, SESSION, null],
      ['key-1', 'key-2', 1],
      ['key-1', 'key-1', 1],
      ['somebody-elses-key', 'key-2', 2],
      ['somebody-elses-key', SESSION, null],
    ])('with x-api-key %s and Bearer %s is key %s', async (apiKey, bearer, keyId) => {
      const { ask, marked } = setUp({ warm });
      expect((await ask(apiKey, bearer)).keyId).toBe(keyId);
      expect(marked).toEqual(keyId === null ? [] : [keyId]);
    });

    it.each<[string | null, string | null, RegExp]>([
      [null, null, /no credential/],
      ['somebody-elses-key', null, /not known here/],
      [null, 'nonsense', /not known here/],
      ['nonsense', 'nonsense', /not known here/],
      [null, 'eyJ.forged.x', /no session/],
      // Was one of ours: the Bearer does not help.
      ['key-deleted', 'key-1', /revoked/],
      ['key-disabled', 'key-1', /disabled/],
      ['key-expired', 'key-1', /expired/],
      ['key-orphan', 'key-1', /owner/],
    ])('with x-api-key %s and Bearer %s is nobody: %s', async (apiKey, bearer, message) => {
      const { ask, marked } = setUp({ warm });
      const answer = (async () => ask(apiKey, bearer))();
      await expect(answer).rejects.toThrow(message);
      await expect(answer).rejects.toBeInstanceOf(UnauthenticatedError);
      await expect(answer).rejects.toMatchObject({ status: 401, headers: { 'x-should-retry': 'false' } });
      expect(marked).toEqual([]);
    });

    it('needs the permission chat', async () => {
      const { ask } = setUp({ warm });
      await expect((async () => ask('key-mute', null))()).rejects.toThrow(PermissionDeniedError);
    });

    it('cannot be known while the store is away, whatever else is sent', async () => {
      const { ask } = setUp({ warm });
      await expect((async () => ask('key-away', 'key-1'))()).rejects.toThrow(StoreUnavailableError);
    });
  },
);

describe('a key in memory', () => {
  it('is answered without a promise', () => {
    const { ask } = setUp({ warm: true });
    expect(ask('key-1', null)).not.toBeInstanceOf(Promise);
    expect(ask(null, 'key-1')).not.toBeInstanceOf(Promise);
    expect(ask('somebody-elses-key', 'key-1')).not.toBeInstanceOf(Promise);
  });
});
