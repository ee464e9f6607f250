import { describe, expect, it } from '@jest/globals';
import { ChangeFeed, type ChangeSubscriber } from './change-feed.js';
import { RecordDirectory } from './record-directory.js';

class FakeFeed extends ChangeFeed {
  confirmedAtMs = Date.now();
  change: ChangeSubscriber = () => Promise.resolve();
  publish(): Promise<void> {
    return Promise.resolve();
  }
  subscribe(_topic: string, subscriber: ChangeSubscriber): void {
    this.change = subscriber;
  }
  catchUp(): Promise<void> {
    return this.change();
  }
}

function directoryOf(stored: Map<string, string>) {
  const feed = new FakeFeed();
  let reads = 0;
  const directory = new RecordDirectory<string>(feed, {
    topic: 'principals',
    load: (keys) => {
      reads += 1;
      return Promise.resolve(new Map([...stored].filter(([key]) => keys.includes(key))));
    },
    maxEntries: 10,
    maxStaleMs: 1_000,
  });
  return { directory, feed, reads: () => reads };
}

describe('a directory of records', () => {
  it('reads a record once and then has it at once', async () => {
    const { directory, reads } = directoryOf(new Map([['1', 'Ann']]));
    await expect(directory.find('1')).resolves.toBe('Ann');
    expect(directory.find('1')).toBe('Ann');
    expect(reads()).toBe(1);
  });

  it('takes in a change that the feed tells of', async () => {
    const stored = new Map([['1', 'Ann']]);
    const { directory, feed } = directoryOf(stored);
    await directory.find('1');
    stored.set('1', 'Anna');
    await feed.change();
    expect(directory.find('1')).toBe('Anna');
    stored.delete('1');
    await feed.change();
    await expect(directory.find('1')).resolves.toBeNull();
  });

  it('gives no answer from what has not been confirmed for too long', async () => {
    const { directory, feed } = directoryOf(new Map([['1', 'Ann']]));
    await directory.find('1');
    feed.confirmedAtMs = Date.now() - 1_500;
    expect(() => directory.find('1')).toThrow(expect.objectContaining({ code: 'store_unavailable' }));
    feed.confirmedAtMs = Date.now();
    expect(directory.find('1')).toBe('Ann');
  });
});
