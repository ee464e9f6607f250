import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PreferencesModule } from '../../src/preferences/preferences.module.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(60_000);

const PASSWORD = 'correct horse battery';
const PATH = '/api/preferences';

type Caller = Record<string, string>;

describe('preferences', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let count = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    rooms = await startRooms(testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD }), {
      modules: [PreferencesModule],
    });
    await rooms.app.get(FirstStartService).run();
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  const somebody = async (permissions = '{preferences}'): Promise<Caller> => {
    const email = `user${(count += 1)}@example.com`;
    await database.query(
      `insert into users (email, password_hash, permissions) select $1, password_hash, $2 from users where id = 1`,
      [email, permissions],
    );
    return { authorization: `Bearer ${await rooms.signIn(email, PASSWORD)}` };
  };
  const put = (headers: Caller, body: object) => rooms.ask('PUT', PATH, { headers, body });
  const get = (headers: Caller) => rooms.ask('GET', PATH, { headers });

  it('are the defaults for somebody who has chosen nothing', async () => {
    expect((await get(await somebody())).body).toEqual({
      language: null,
      theme: 'system',
      accent: 'blue',
      time_zone: null,
      portal: {},
      version: 1,
    });
  });

  it('keep each choice, apart from those of others, and leave what was not told', async () => {
    const [ann, bob] = [await somebody(), await somebody()];
    const all = { language: 'ar-SA', theme: 'dark', accent: 'pink', time_zone: 'Asia/Kathmandu' };
    expect((await put(ann, { ...all, portal: { columns: ['time', 'cost'] } })).status).toBe(200);
    await put(bob, { language: 'fr-FR' });
    expect((await put(ann, { theme: 'light' })).body).toEqual({
      ...all,
      theme: 'light',
      portal: { columns: ['time', 'cost'] },
      version: 3,
    });
    expect((await put(ann, { language: null, portal: {} })).body).toMatchObject({
      language: null,
      portal: {},
    });
    expect((await get(bob)).body).toMatchObject({ language: 'fr-FR', theme: 'system', version: 2 });
  });

  it.each([
    ['a language nobody translated', { language: 'tlh' }, '/language'],
    ['a zone that is none', { time_zone: 'Europe/Atlantis' }, '/time_zone'],
    ['an offset', { time_zone: '+01:00' }, '/time_zone'],
    ['a theme nobody drew', { theme: 'sepia' }, '/theme'],
    ['no theme', { theme: null }, '/theme'],
    ['a list', { portal: [1] }, '/portal'],
    ['more than there is room for', { portal: { text: 'x'.repeat(32_768) } }, '/portal'],
    ['what it does not know', { font: 'Comic Sans' }, '/font'],
  ])('refuse %s', async (_, body, pointer) => {
    const answer = await put(await somebody(), body);
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toEqual([expect.objectContaining({ pointer })]);
  });

  it('of two who changed the same version take one, and show it to the other', async () => {
    const caller = await somebody();
    const answers = await Promise.all([
      put(caller, { version: 1, accent: 'green' }),
      put(caller, { version: 1, accent: 'green' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const refused = answers.find(({ status }) => status === 412);
    expect(refused?.body['current']).toMatchObject({ accent: 'green', version: 2 });
  });

  it('have the language at the original path, and need the permission', async () => {
    const caller = await somebody();
    const at = (method: 'GET' | 'PUT', body?: object, headers = caller) =>
      rooms.ask(method, `${PATH}/language`, { headers, body });
    expect((await at('GET')).body).toEqual({ language: 'en-US' });
    expect((await at('PUT', { language: 'th-TH' })).body).toMatchObject({ success: true, language: 'th-TH' });
    expect((await at('PUT', { language: 'klingon' })).status).toBe(422);
    expect((await at('GET')).body).toEqual({ language: 'th-TH' });
    expect((await at('GET', undefined, await somebody('{chat}'))).status).toBe(403);
  });
});
