import { describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '../errors/gateway-state-errors.js';
import { ReadThroughCache } from './read-through-cache.js';

/** A store whose reads end when the test says so. */
class FakeStore {
  readonly rows = new Map<string, string>();
  readonly reads: (readonly string[])[] = [];
  private gate: PromiseWithResolvers<void> | null = null;
  away = false;

  hold(): () => void {
    this.gate = Promise.withResolvers<void>();
    return this.gate.resolve;
  }

  readonly load = async (keys: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    this.reads.push(keys);
    const found = new Map(
      keys.flatMap((key) => (this.rows.has(key) ? [[key, this.rows.get(key) ?? '']] : [])),
    );
    await this.gate?.promise;
    if (this.away) throw new Error('the store is away');
    return found;
  };
}

function setUp(options: { maxEntries?: number; deadlineMs?: number } = {}) {
  const store = new FakeStore();
  const clock = { now: 0 };
  const cache = new ReadThroughCache<string>({
    load: store.load, maxEntries: 100, negativeMs: 1_000, deadlineMs: 1_000, now: () => clock.now, ...options,
  }); // prettier-ignore
  return { store, clock, cache };
}

describe('the read-through cache', () => {
  it('answers at once, without a promise, what it has read before', async () => {
    const { store, cache } = setUp();
    store.rows.set('a', '1');
    await expect(cache.get('a')).resolves.toBe('1');
    expect(cache.get('a')).toBe('1');
    expect(store.reads).toEqual([['a']]);
  });

  it('reads one key once for many askers, and what comes meanwhile in one batch', async () => {
    const { store, cache } = setUp();
    store.rows.set('a', '1').set('b', '2');
    const release = store.hold();
    const asked = ['a', 'a', 'b', 'c', 'b'].map(async (key) => cache.get(key));
    release();
    await expect(Promise.all(asked)).resolves.toEqual(['1', '1', '2', null, '2']);
    expect(store.reads).toEqual([['a'], ['b', 'c']]);
  });

  it('believes for a second that a key does not exist', async () => {
    const { store, clock, cache } = setUp();
    await cache.get('a');
    store.rows.set('a', '1');
    clock.now = 999;
    expect(cache.get('a')).toBeNull();
    clock.now = 1_000;
    await expect(cache.get('a')).resolves.toBe('1');
  });

  it('forgets at a refresh what did not exist, and reads again what it has', async () => {
    const { store, cache } = setUp();
    store.rows.set('a', '1').set('gone', 'x');
    await Promise.all([cache.get('a'), cache.get('gone'), cache.get('new')]);
    store.rows.set('a', '2').set('new', '3').delete('gone');
    await cache.refresh();
    expect(cache.get('a')).toBe('2');
    await expect(cache.get('gone')).resolves.toBeNull();
    await expect(cache.get('new')).resolves.toBe('3');
  });

  it('keeps nothing that a change overtook while it was read', async () => {
    const { store, cache } = setUp();
    store.rows.set('a', 'valid');
    const release = store.hold();
    const asked = cache.get('a');
    store.rows.set('a', 'revoked');
    const refreshed = cache.refresh();
    await Promise.resolve();
    release();
    await refreshed;
    await expect(asked).resolves.toBe('revoked');
    expect(cache.get('a')).toBe('revoked');
  });

  it('goes on with what it has while the store is away, and says of the rest that it cannot know', async () => {
    const { store, cache } = setUp();
    store.rows.set('a', '1');
    await cache.get('a');
    store.away = true;
    await expect(cache.refresh()).rejects.toThrow('the store is away');
    expect(cache.get('a')).toBe('1');
    await expect(cache.get('b')).rejects.toThrow(StoreUnavailableError);
    store.away = false;
    store.rows.set('b', '2');
    await expect(cache.get('b')).resolves.toBe('2');
  });

  it('waits for a slow store no longer than the deadline', async () => {
    const { store, cache } = setUp({ deadlineMs: 5 });
    store.hold();
    await expect(cache.get('a')).rejects.toThrow(StoreUnavailableError);
  });

  it('lets the oldest go when it is full', async () => {
    const { store, cache } = setUp({ maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) {
      store.rows.set(key, key);
      await cache.get(key);
    }
    expect(cache.get('c')).toBe('c');
    expect(cache.get('b')).toBe('b');
    expect(cache.get('a')).toBeInstanceOf(Promise);
  });

  it('refuses to pile up askers without end', async () => {
    const { store, cache } = setUp();
    const release = store.hold();
    const asked = Array.from({ length: 2_600 }, (_, index) => Promise.resolve(cache.get(`k${index}`)));
    release();
    const results = await Promise.allSettled(asked);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBe(2_600 - 2_001);
    expect(Math.max(...store.reads.map((keys) => keys.length))).toBe(500);
  });
});
