import { PERMISSIONS, type Permission } from '@ccs/dto';
import { AccessTokens } from '../../src/auth/access-tokens.js';
import { RefreshTokens } from '../../src/auth/refresh-tokens.js';
import { SessionRepository } from '../../src/auth/session.repository.js';
import { ChangeFeed } from '../../src/shared-state/change-feed.js';
import { UserRepository } from '../../src/users/user.repository.js';
import type { RunningApp } from './start-app.js';

/** Makes a request a certain caller's: the headers that say so. Each asking opens a new session. */
export type Caller = () => Promise<Readonly<Record<string, string>>>;

interface UserTraits {
  readonly permissions?: readonly Permission[];
  readonly isAdmin?: boolean;
  readonly mustChangePassword?: boolean;
}

const LIFETIME_SECONDS = 600;

/** A new user without a password. */
export async function createUser(app: RunningApp, email: string, traits: UserTraits = {}): Promise<number> {
  const [row] = await app.dataSource.query<{ id: number }[]>(
    `insert into users (email, permissions, is_admin, must_change_password) values ($1, $2, $3, $4) returning id`,
    [email, traits.permissions ?? [], traits.isAdmin ?? false, traits.mustChangePassword ?? false],
  );
  if (row === undefined) throw new Error('insert returned no row');
  return row.id;
}

/** A session without a sign-in: the headers that belong to it. */
export async function openSession(app: RunningApp, userId: number): Promise<Record<string, string>> {
  const [account] = await app.app.get(UserRepository).accountsById([userId]);
  if (account === undefined) throw new Error(`there is no user ${userId}`);
  const session = await app.app.get(SessionRepository).insert({
    userId,
    credentialsVersion: account.credentialsVersion,
    token: app.app.get(RefreshTokens).first(),
    idleSeconds: LIFETIME_SECONDS,
    lifetimeSeconds: LIFETIME_SECONDS,
    address: '127.0.0.1',
    userAgent: null,
  });
  const claims = { userId, sessionId: session.id };
  return { authorization: `Bearer ${await app.app.get(AccessTokens).issue(claims, LIFETIME_SECONDS)}` };
}

/**
 * Every kind of caller there is: nobody, a disabled user, one with a one-time password, one without permissions, one
 * with each permission alone, an administrator, and an administrator's API key.
 */
export async function everyKindOfCaller(app: RunningApp): Promise<ReadonlyMap<string, Caller>> {
  const user = async (name: string, traits: UserTraits): Promise<Caller> => {
    const id = await createUser(app, `${name}@callers.example`, traits);
    return () => openSession(app, id);
  };
  const callers = new Map<string, Caller>([
    ['nobody', () => Promise.resolve({})],
    ['disabled', await disabledUser(app)],
    ['one_time', await user('one-time', { isAdmin: true, mustChangePassword: true })],
    ['none', await user('none', {})],
  ]);
  for (const { code } of PERMISSIONS) callers.set(code, await user(code, { permissions: [code] }));
  callers.set('admin', await user('admin', { isAdmin: true }));
  const key = { 'x-api-key': app.apiKey, authorization: `Bearer ${app.apiKey}` };
  return callers.set('key', () => Promise.resolve(key));
}

async function disabledUser(app: RunningApp): Promise<Caller> {
  const id = await createUser(app, 'disabled@callers.example', { isAdmin: true });
  const session = await openSession(app, id);
  await app.dataSource.transaction(async (transaction) => {
    await transaction.query('update users set is_active = false where id = $1', [id]);
    await app.app.get(ChangeFeed).publish('principals', transaction);
  });
  await app.app.get(ChangeFeed).catchUp('principals');
  return () => Promise.resolve(session);
}
