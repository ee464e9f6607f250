import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Permission, SessionsOfUser } from '@ccs/dto';
import { AuditVerifier } from '../../src/audit/audit-verifier.js';
import { createUser, openSession } from '../support/callers.js';
import { startApp, type RunningApp } from '../support/start-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

describe('the sessions of others', () => {
  let database: TestDatabase;
  let app: RunningApp;
  const ids: Record<string, number> = {};

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startApp(
      testEnvironment(database.url, { ADMIN_PASSWORD: 'correct horse battery', EMBEDDED_WORKER: 'false' }),
    );
    const users: Record<string, readonly Permission[]> = {
      keeper: ['users', 'chat'],
      weak: ['chat'],
      strong: ['chat', 'config'],
      plain: ['chat'],
    };
    for (const [name, permissions] of Object.entries(users)) {
      ids[name] = await createUser(app, `${name}@sessions.example`, { permissions });
    }
    ids['admin'] = await createUser(app, 'admin@sessions.example', { isAdmin: true });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const idOf = (name: string): number => ids[name] ?? 0;
  const signedIn = (name: string) => openSession(app, idOf(name));
  const ask = async (method: string, path: string, headers: Record<string, string>) =>
    fetch(`${app.url}/api/admin/permissions/users/${path}`, { method, headers });
  const list = async (by: Record<string, string>, whose: string): Promise<SessionsOfUser> =>
    (await (await ask('GET', `${idOf(whose)}/sessions`, by)).json()) as SessionsOfUser;
  const lives = async (headers: Record<string, string>): Promise<boolean> =>
    (await fetch(`${app.url}/api/auth/me`, { headers })).status === 200;

  it('are seen and ended one by one, or all at once, at once', async () => {
    const admin = await signedIn('admin');
    const [first, second] = [await signedIn('weak'), await signedIn('weak')];
    const { data, total } = await list(admin, 'weak');
    expect(total).toBe(2);
    expect(Object.keys(data[0] ?? {}).sort()).toEqual(
      ['address', 'created_at', 'expires_at', 'id', 'last_used_at', 'user_agent'].sort(),
    );
    const newest = data[0]?.id ?? 0;
    expect((await ask('DELETE', `${idOf('weak')}/sessions/${newest}`, admin)).status).toBe(204);
    expect([await lives(first), await lives(second)]).toEqual([true, false]);
    expect((await ask('DELETE', `${idOf('weak')}/sessions`, admin)).status).toBe(204);
    expect(await lives(first)).toBe(false);
    expect(await lives(admin)).toBe(true);
  });

  it('leave a line in the audit trail when they are ended', async () => {
    await signedIn('weak');
    const admin = await signedIn('admin');
    await ask('DELETE', `${idOf('weak')}/sessions`, admin);
    const response = await fetch(`${app.url}/api/audit?action=session.end&limit=1`, { headers: admin });
    expect(await response.json()).toMatchObject({
      data: [
        {
          actor_id: idOf('admin'),
          target_kind: 'user',
          target_id: String(idOf('weak')),
          before: { sessions: 1 },
        },
      ],
    });
    expect(await app.app.get(AuditVerifier).verify()).toMatchObject({ broken: null });
  });

  it.each([
    ['keeper', 'weak', 200, 204],
    ['keeper', 'strong', 403, 403],
    ['keeper', 'admin', 403, 403],
    ['keeper', 'keeper', 200, 204],
    ['plain', 'weak', 403, 403],
    ['admin', 'strong', 200, 204],
  ])('by %s of %s: seen %i, ended %i', async (by, whose, seen, ended) => {
    const theirs = await signedIn(whose);
    const caller = await signedIn(by);
    const { data } = await list(await signedIn('admin'), whose);
    expect((await ask('GET', `${idOf(whose)}/sessions`, caller)).status).toBe(seen);
    const path = `${idOf(whose)}/sessions/${data[0]?.id ?? 0}`;
    if (by !== whose) expect((await ask('DELETE', path, caller)).status).toBe(ended);
    expect((await ask('DELETE', `${idOf(whose)}/sessions`, caller)).status).toBe(ended);
    expect(await lives(theirs)).toBe(ended === 403);
  });

  it('are not found under another user, nor of a user who is not there', async () => {
    const admin = await signedIn('admin');
    const theirs = await signedIn('strong');
    const { data } = await list(admin, 'strong');
    expect((await ask('DELETE', `${idOf('weak')}/sessions/${data[0]?.id ?? 0}`, admin)).status).toBe(404);
    expect(await lives(theirs)).toBe(true);
    expect((await ask('GET', '987654/sessions', admin)).status).toBe(404);
    expect((await ask('DELETE', '987654/sessions', admin)).status).toBe(404);
  });
});
