import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { JournalFiles } from './journal-files.js';
import { Journal, type SyncPolicy } from './journal.js';
import type { Segment } from './segment.js';

/** Files in memory; `room` bytes are left on the disk. */
class FakeFiles implements JournalFiles {
  readonly files = new Map<string, Buffer>();
  readonly paths: string[] = [];
  room = Infinity;
  writes = 0;
  syncs = 0;
  closed = 0;

  create(path: string): number {
    if (this.room <= 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    this.files.set(path, Buffer.alloc(0));
    return this.paths.push(path) - 1;
  }
  write(fd: number, bytes: Buffer): number {
    const taken = Math.min(bytes.length, this.room);
    if (taken <= 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    this.room -= taken;
    this.writes += 1;
    const path = this.paths[fd] ?? '';
    this.files.set(path, Buffer.concat([this.files.get(path) ?? Buffer.alloc(0), bytes.subarray(0, taken)]));
    return taken;
  }
  truncate(fd: number, length: number): void {
    const path = this.paths[fd] ?? '';
    this.files.set(path, (this.files.get(path) ?? Buffer.alloc(0)).subarray(0, length));
  }
  sync(): Promise<void> {
    this.syncs += 1;
    return Promise.resolve();
  }
  syncDirectory(): Promise<void> {
    return Promise.resolve();
  }
  close(): void {
    this.closed += 1;
  }
  get text(): string {
    return [...this.files.values()].map(String).join('');
  }
}

function setUp(sync: SyncPolicy = 'off') {
  jest.useFakeTimers();
  const files = new FakeFiles();
  const closed: Segment[] = [];
  const troubles: (string | null)[] = [];
  const journal = new Journal({
    directory: '/d',
    instance: 'i',
    sync,
    files,
    now: () => Date.now(),
    onClosed: (segment) => closed.push(segment),
    onTrouble: (error) => troubles.push(error?.message ?? null),
  });
  const placed: string[] = [];
  const append = (text: string): void => {
    void journal.append(`${text}\n`, ({ id }) => placed.push(id));
    journal.flush();
  };
  const appendSoon = (text: string): void => journal.appendSoon(`${text}\n`, ({ id }) => placed.push(id));
  return { files, closed, troubles, journal, placed, append, appendSoon };
}

describe('the journal', () => {
  // The end of a turn is the process's: no test leaves one open to the next.
  afterEach(() => jest.advanceTimersByTime(0));

  it('writes what one turn of the event loop appends at once, and then says so', async () => {
    const { files, journal, placed } = setUp();
    const append = (line: string): Promise<void> => journal.append(line, ({ id }) => placed.push(id));
    const written = Promise.all([append('a\n'), append('b\n')]);
    expect(files.text).toBe('');
    await jest.advanceTimersByTimeAsync(0);
    await written;
    expect([files.text, files.writes, placed.length]).toEqual(['a\nb\n', 1, 2]);
  });

  it('closes a segment after a second', () => {
    const { files, closed, append, placed } = setUp();
    append('a');
    append('b');
    expect(files.text).toBe('a\nb\n');
    expect(closed).toEqual([]);
    jest.advanceTimersByTime(1_500);
    expect(closed).toMatchObject([{ id: 'i.00000001', path: '/d/00000001.log', bytes: 4 }]);
    append('c');
    expect(placed).toEqual(['i.00000001', 'i.00000001', 'i.00000002']);
  });

  it('lets a line that has time go with the next one, or by itself when none comes', async () => {
    const { files, journal, append, appendSoon, placed } = setUp();
    appendSoon('a');
    appendSoon('b');
    expect([files.text, placed.length]).toEqual(['', 0]);
    append('c');
    expect([files.text, files.writes, placed.length]).toEqual(['a\nb\nc\n', 1, 3]);
    appendSoon('d');
    jest.advanceTimersByTime(30);
    expect(files.text).toBe('a\nb\nc\nd\n');
    appendSoon('e');
    await journal.close();
    expect(files.text).toBe('a\nb\nc\nd\ne\n');
  });

  it('keeps all that went together when the disk takes only some of it', () => {
    const { files, append, appendSoon } = setUp();
    append('a');
    appendSoon('b');
    files.room = 3;
    append('c');
    expect(files.text).toBe('a\n');
    files.room = Infinity;
    jest.advanceTimersByTime(300);
    expect(files.text).toBe('a\nb\nc\n');
  });

  it('closes a segment that has grown large, and none that is empty', () => {
    const { closed, append } = setUp();
    jest.advanceTimersByTime(5_000);
    expect(closed).toEqual([]);
    append('x'.repeat(5 * 1024 * 1024));
    expect(closed).toHaveLength(1);
  });

  it('keeps what a full disk does not take, in order, and leaves no piece of a line', () => {
    const { files, troubles, journal, append, placed } = setUp();
    append('first');
    files.room = 3;
    append('second');
    append('third');
    expect(files.text).toBe('first\n');
    expect([journal.writable, journal.heldLines, troubles.length]).toEqual([false, 2, 1]);
    jest.advanceTimersByTime(2_000);
    files.room = Infinity;
    append('fourth');
    jest.advanceTimersByTime(300);
    expect(files.text).toBe('first\nsecond\nthird\nfourth\n');
    expect(placed).toHaveLength(4);
    expect([journal.writable, troubles.at(-1)]).toEqual([true, null]);
  });

  it('counts what neither disk nor memory has room for', () => {
    const { files, journal, append } = setUp();
    files.room = 0;
    for (let index = 0; index < 10_005; index += 1) append(String(index));
    expect([journal.heldLines, journal.droppedLines]).toEqual([10_000, 5]);
  });

  it('syncs once for all lines of ten milliseconds', async () => {
    const { files, append } = setUp('grouped');
    append('a');
    append('b');
    expect(files.syncs).toBe(0);
    await jest.advanceTimersByTimeAsync(20);
    expect(files.syncs).toBe(1);
    await jest.advanceTimersByTimeAsync(100);
    expect(files.syncs).toBe(1);
  });

  it('under strict says so after a sync that began after the line', async () => {
    const { files, journal } = setUp('strict');
    const append = (line: string): Promise<void> => journal.append(line, () => undefined);
    const first = append('a\n');
    await jest.advanceTimersByTimeAsync(0);
    await first;
    expect([files.text, files.syncs]).toEqual(['a\n', 1]);
    const others = Promise.all([append('b\n'), append('c\n')]);
    await jest.advanceTimersByTimeAsync(0);
    await others;
    expect([files.text, files.syncs]).toEqual(['a\nb\nc\n', 2]);
  });
});
