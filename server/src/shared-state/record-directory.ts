import { StoreUnavailableError } from '../errors/gateway-state-errors.js';
import type { ChangeFeed, ChangeTopic } from './change-feed.js';
import { ReadThroughCache } from './read-through-cache.js';

export interface RecordDirectoryOptions<V> {
  /** What tells of changes to these records. */
  readonly topic: ChangeTopic;
  /** Reads many at once; what is missing from the answer does not exist. */
  readonly load: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;
  readonly maxEntries: number;
  /** How long what is held is believed while changes cannot be heard of (PRINCIPAL_MAX_STALE). */
  readonly maxStaleMs: number;
}

/** How long "does not exist" is believed. */
const NEGATIVE_MS = 1_000;
/** Longest wait for the store. */
const DEADLINE_MS = 2_000;

/**
 * Records by key for those who decide by them on every call: from memory once asked for, at once and without the
 * database, and read again when the change feed tells of a change.
 */
export class RecordDirectory<V> {
  private readonly cache: ReadThroughCache<V>;

  /** Call before the application has started: it subscribes to the feed. */
  constructor(
    private readonly changes: ChangeFeed,
    private readonly options: RecordDirectoryOptions<V>,
  ) {
    this.cache = new ReadThroughCache<V>({
      load: options.load,
      maxEntries: options.maxEntries,
      negativeMs: NEGATIVE_MS,
      deadlineMs: DEADLINE_MS,
      now: Date.now,
    });
    changes.subscribe(options.topic, () => this.cache.refresh());
  }

  /**
   * Null: does not exist. A promise only for what is not in memory. Throws, or rejects with,
   * `StoreUnavailableError` when neither a yes nor a no can be given.
   */
  find(key: string): V | null | Promise<V | null> {
    const found = this.cache.get(key);
    return found instanceof Promise ? found.then((record) => this.ifFresh(record)) : this.ifFresh(found);
  }

  private ifFresh(record: V | null): V | null {
    if (record !== null && Date.now() - this.changes.confirmedAtMs > this.options.maxStaleMs) {
      throw new StoreUnavailableError();
    }
    return record;
  }
}
