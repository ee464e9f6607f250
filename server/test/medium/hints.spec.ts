import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RedisHints } from '../../src/shared-state/redis-hints.js';
import { eventually } from '../support/eventually.js';
import { startRedisServer, type RedisServer } from '../support/redis-server.js';
import { describeIf, pathOf } from '../support/requirements.js';

describeIf('redis', 'hints between replicas', () => {
  let server: RedisServer;
  const open: RedisHints[] = [];
  const replica = (url = server.url) => {
    const hints = new RedisHints(url);
    open.push(hints);
    const heard: string[] = [];
    hints.subscribe('affinity', (message) => heard.push(message));
    return { heard, say: (message: string) => hints.send('affinity', message) };
  };

  beforeAll(async () => {
    server = await startRedisServer(pathOf('redis'));
  }, 60_000);
  afterAll(async () => {
    for (const hints of open) hints.close();
    await server.stop();
  });

  it('reach the others and not the sender, nor another database, and work again after Redis was gone', async () => {
    const [one, two, foreign] = [replica(), replica(), replica(`${server.url}/3`)];
    const arrives = (message: string): Promise<number> =>
      eventually(() => {
        one.say(message);
        expect(two.heard).toContain(message);
      }, 20_000);
    await arrives('a b "c"');
    await server.kill();
    for (let i = 0; i < 100; i++) one.say('lost');
    await server.restart();
    await arrives('again');
    expect(two.heard).not.toContain('lost');
    expect([...one.heard, ...foreign.heard]).toEqual([]);
  }, 60_000);
});
