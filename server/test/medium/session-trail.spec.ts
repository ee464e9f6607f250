import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FirstStartService } from '../../src/users/first-start.js';
import { BrowserTab } from '../support/browser-tab.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(30_000);

const EMAIL = 'admin@example.com';
const PASSWORD = 'correct horse battery';
const BY_ADMIN = { actor: EMAIL, outcome: 'success', address: '127.0.0.1' };
const REFUSED = { action: 'session.refuse', outcome: 'failure', actor: null };

describe('signing in and out, in the audit trail', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let tab: BrowserTab;
  let before: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD }));
    await rooms.app.get(FirstStartService).run();
  });
  beforeEach(async () => {
    tab = new BrowserTab(rooms);
    before = (await events(0)).length;
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  async function events(after: number): Promise<Record<string, unknown>[]> {
    const { rows } = await database.query(
      `select action, outcome, actor_email as actor, address, target_kind || ' ' || target_id as target, after as fields
       from audit_events where id > ${after} order by id`,
    );
    return rows as Record<string, unknown>[];
  }

  it('tells who came in, how and from where, and who left', async () => {
    await tab.login(EMAIL, PASSWORD);
    await tab.logout();
    expect(await events(before)).toEqual([
      {
        ...BY_ADMIN,
        action: 'session.open',
        target: expect.stringMatching(/^session \d+$/),
        fields: { means: 'password', user_agent: 'a browser' },
      },
      { ...BY_ADMIN, action: 'session.end', target: expect.stringMatching(/^session \d+$/), fields: null },
    ]);
  });

  it('tells of failures whom they were about, and keeps nothing that may be a password', async () => {
    await tab.login(EMAIL, 'wrong');
    await tab.login('nobody@example.com', 'wrong');
    await tab.login('my secret pass phrase', 'wrong');
    const fields = { means: 'password', reason: 'invalid_credentials', user_agent: 'a browser' };
    expect(await events(before)).toMatchObject([
      { ...REFUSED, target: 'user 1', fields: { ...fields, email: EMAIL } },
      { ...REFUSED, target: null, fields: { ...fields, email: 'nobody@example.com' } },
      { ...REFUSED, target: null, fields },
    ]);
    expect(JSON.stringify(await events(before))).not.toContain('pass phrase');
  });

  it('tells of a refresh token that was used by two', async () => {
    await tab.login(EMAIL, PASSWORD);
    const thief = tab.copy();
    await tab.refresh();
    await tab.refresh();
    expect((await thief.refresh()).status).toBe(401);
    expect((await events(before)).at(-1)).toMatchObject({
      action: 'session.replay',
      outcome: 'failure',
      actor: EMAIL,
      target: expect.stringMatching(/^session /),
    });
  });

  it('tells of a changed password, without it', async () => {
    await tab.login(EMAIL, PASSWORD);
    const change = { current_password: PASSWORD, new_password: 'four quiet wooden boats' };
    expect((await tab.send('PUT', '/api/auth/change-password', change)).status).toBe(200);
    const trail = await events(before);
    expect(trail.map(({ action }) => action)).toEqual(['session.open', 'password.change', 'session.open']);
    expect(JSON.stringify(trail)).not.toMatch(/wooden|horse/);
  });
});
