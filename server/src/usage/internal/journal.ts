import { atEndOfTurn } from '../../http/end-of-turn.js';
import type { JournalFiles } from './journal-files.js';
import type { Segment } from './segment.js';

export type SyncPolicy = 'grouped' | 'strict' | 'off';

export interface JournalOptions {
  readonly directory: string;
  /** Part of every segment's id. */
  readonly instance: string;
  readonly sync: SyncPolicy;
  readonly files: JournalFiles;
  readonly now: () => number;
  /** A segment gets no more lines. */
  readonly onClosed: (segment: Segment) => void;
  /** Writing fails, or does so no longer. */
  readonly onTrouble: (error: Error | null) => void;
}

const SYNC_EVERY_MS = 10;
/** How long a line may wait for others to go with. */
const SOON_MS = 20;
const MAX_SEGMENT_BYTES = 4 * 1024 * 1024;
const MAX_SEGMENT_AGE_MS = 1_000;
const HOUSEKEEPING_MS = 250;
/** While the disk takes nothing; about 10 MB. */
const MAX_LINES_IN_MEMORY = 10_000;

interface Line {
  /** With its line feed. */
  readonly text: string;
  readonly placed: (segment: Segment) => void;
}

/**
 * Append-only segments of one process. All lines of one turn of the event loop are one `write`, at the turn's end, and
 * `append` resolves when the kernel has them, which is what a killed process needs; `fdatasync` follows in groups, off
 * the hot path, for the case that the machine dies. What the disk does not take is kept in memory, in order, and
 * written when it does again.
 */
export class Journal {
  #number = 0;
  #segment: Segment | null = null;
  #fd = -1;
  #dirty = false;
  #syncing: Promise<void> | null = null;
  #syncTimer: NodeJS.Timeout | null = null;
  readonly #housekeeping: NodeJS.Timeout;
  readonly #held: Line[] = [];
  /** They go together. */
  #waiting: Line[] = [];
  /** Of those that wait for this turn's end; null: none does. */
  #turn: PromiseWithResolvers<void> | null = null;
  #soonTimer: NodeJS.Timeout | null = null;
  #dropped = 0;

  constructor(private readonly options: JournalOptions) {
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS);
    this.#housekeeping.unref();
  }

  /** False: the disk takes nothing now. */
  get writable(): boolean {
    return this.#held.length === 0;
  }

  get heldLines(): number {
    return this.#held.length;
  }

  /** Lines that found no room even in memory. */
  get droppedLines(): number {
    return this.#dropped;
  }

  /**
   * Takes the line for good, unless disk and memory are full; `placed` is told the segment. Resolves when it is written,
   * or kept in memory because it cannot be; under `strict`, when it is on the disk.
   */
  append(text: string, placed: (segment: Segment) => void): Promise<void> {
    this.#waiting.push({ text, placed });
    if (this.#turn === null) {
      this.#turn = Promise.withResolvers();
      atEndOfTurn(() => this.flush());
    }
    return this.#turn.promise;
  }

  /** As `append`, but the line may wait for the next one, for up to 20 ms: a process killed within them takes it along. */
  appendSoon(text: string, placed: (segment: Segment) => void): void {
    this.#waiting.push({ text, placed });
    if (this.#soonTimer !== null) return;
    this.#soonTimer = setTimeout(() => {
      this.#soonTimer = null;
      this.flush();
    }, SOON_MS);
    this.#soonTimer.unref();
  }

  /** Writes what waits, now. */
  flush(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length > 0) this.#take(lines);
    const turn = this.#turn;
    this.#turn = null;
    turn?.resolve(this.options.sync === 'strict' ? this.#synced() : undefined);
  }

  /** Closes the current segment if it has lines. */
  rotate(): void {
    const segment = this.#segment;
    if (segment === null) return;
    const { files, sync, onClosed } = this.options;
    const fd = this.#fd;
    this.#segment = null;
    this.#fd = -1;
    void this.#afterSync(async () => {
      if (sync !== 'off') await files.sync(fd).catch(this.options.onTrouble);
      files.close(fd);
    });
    onClosed(segment);
  }

  /** Writes what can be written; the journal takes nothing afterwards. */
  async close(): Promise<void> {
    clearInterval(this.#housekeeping);
    this.flush();
    this.#retryHeld();
    this.rotate();
    await this.#syncing;
  }

  #take(lines: readonly Line[]): void {
    if (this.#held.length === 0 && this.#write(lines)) return;
    for (const line of lines) this.#hold(line);
  }

  /** All of them in one system call, or none. */
  #write(lines: readonly Line[]): boolean {
    const { files, onTrouble } = this.options;
    try {
      const segment = (this.#segment ??= this.#open());
      const bytes = Buffer.from(joined(lines));
      const written = files.write(this.#fd, bytes);
      if (written < bytes.length) {
        // The disk is full in the middle of a line: without the piece the segment stays whole.
        files.truncate(this.#fd, segment.bytes);
        throw new Error('the disk took only a part of a line');
      }
      segment.bytes += written;
      for (const { placed } of lines) placed(segment);
      this.#markDirty();
      if (segment.bytes >= MAX_SEGMENT_BYTES) this.rotate();
      return true;
    } catch (error) {
      if (this.#held.length === 0) onTrouble(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }

  #open(): Segment {
    const { directory, instance, files, now } = this.options;
    this.#number += 1;
    const name = String(this.#number).padStart(8, '0');
    const path = `${directory}/${name}.log`;
    this.#fd = files.create(path);
    if (this.options.sync !== 'off') void files.syncDirectory(directory).catch(this.options.onTrouble);
    return { id: `${instance}.${name}`, path, createdAtMs: now(), bytes: 0, openCalls: 0 };
  }

  #hold(line: Line): void {
    if (this.#held.length < MAX_LINES_IN_MEMORY) this.#held.push(line);
    else this.#dropped += 1;
  }

  #retryHeld(): void {
    if (this.#held.length === 0) return;
    let done = 0;
    for (const line of this.#held) {
      if (!this.#write([line])) break;
      done += 1;
    }
    this.#held.splice(0, done);
    if (this.#held.length === 0) this.options.onTrouble(null);
  }

  #keepHouse(): void {
    this.#retryHeld();
    const segment = this.#segment;
    if (segment !== null && this.options.now() - segment.createdAtMs >= MAX_SEGMENT_AGE_MS) this.rotate();
  }

  #markDirty(): void {
    this.#dirty = true;
    if (this.options.sync !== 'grouped' || this.#syncTimer !== null) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = null;
      void this.#synced();
    }, SYNC_EVERY_MS);
    this.#syncTimer.unref();
  }

  /** Everything written before this call; callers that come while one sync runs share the next. */
  #synced(): Promise<void> {
    const { files } = this.options;
    return this.#afterSync(async () => {
      if (!this.#dirty || this.#fd < 0) return;
      this.#dirty = false;
      await files.sync(this.#fd).catch(this.options.onTrouble);
    });
  }

  #afterSync(step: () => Promise<void>): Promise<void> {
    const before = this.#syncing;
    const next: Promise<void> = (before === null ? step() : before.then(step)).finally(() => {
      if (this.#syncing === next) this.#syncing = null;
    });
    this.#syncing = next;
    return next;
  }
}

function joined(lines: readonly Line[]): string {
  let all = '';
  for (const { text } of lines) all += text;
  return all;
}
