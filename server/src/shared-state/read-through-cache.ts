import { StoreUnavailableError } from '../errors/gateway-state-errors.js';

export interface ReadThroughCacheOptions<V> {
  /** Reads many at once; what is missing from the answer does not exist. */
  readonly load: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;
  readonly maxEntries: number;
  /** How long "does not exist" is believed. */
  readonly negativeMs: number;
  /** Longest wait for the store. */
  readonly deadlineMs: number;
  readonly now: () => number;
}

const BATCH_SIZE = 500;
const MAX_WAITING = 2_000;
/** A change may overtake a read; after this many the answer is given without being kept. */
const MAX_REREADS = 3;

interface Waiter<V> {
  readonly promise: Promise<V | null>;
  readonly resolve: (value: V | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Records by key, in memory once asked for. Misses are read in batches, one read at a time and one waiter list
 * per key, so that a flood of unknown keys costs the store a bounded number of reads. Records never time out:
 * `refresh` reads all of them again when something has changed.
 */
export class ReadThroughCache<V> {
  private readonly entries = new Map<string, V>();
  /** Key -> when "does not exist" must be asked again. */
  private readonly absent = new Map<string, number>();
  private readonly waiting = new Map<string, Waiter<V>>();
  private readonly inFlight = new Map<string, Waiter<V>>();
  private reading = false;
  private refreshing: Promise<void> = Promise.resolve();
  private generation = 0;

  constructor(private readonly options: ReadThroughCacheOptions<V>) {}

  /** Null: does not exist. At once when it is known; else after a read, or `StoreUnavailableError`. */
  get(key: string): V | null | Promise<V | null> {
    const entry = this.entries.get(key);
    if (entry !== undefined) return entry;
    const absentUntil = this.absent.get(key);
    if (absentUntil !== undefined && this.options.now() < absentUntil) return null;
    return this.read(key);
  }

  /** Reads again what is held. On failure what was not read yet stays as it was, and the promise is rejected. */
  refresh(): Promise<void> {
    this.refreshing = this.refreshing.catch(() => {}).then(() => this.readAgain());
    return this.refreshing;
  }

  private async readAgain(): Promise<void> {
    this.generation += 1;
    this.absent.clear();
    const keys = [...this.entries.keys()];
    for (let start = 0; start < keys.length; start += BATCH_SIZE) {
      const batch = keys.slice(start, start + BATCH_SIZE);
      const found = await this.options.load(batch);
      for (const key of batch) {
        const value = found.get(key);
        if (value === undefined) this.entries.delete(key);
        else this.entries.set(key, value);
      }
    }
  }

  private read(key: string): Promise<V | null> {
    const shared = this.waiting.get(key) ?? this.inFlight.get(key);
    if (shared !== undefined) return shared.promise;
    if (this.waiting.size >= MAX_WAITING) return Promise.reject(new StoreUnavailableError());
    const waiter: Waiter<V> = Promise.withResolvers<V | null>();
    this.waiting.set(key, waiter);
    if (!this.reading) void this.readWaiting();
    return waiter.promise;
  }

  private async readWaiting(): Promise<void> {
    this.reading = true;
    while (this.waiting.size > 0) {
      for (const [key, waiter] of this.waiting) {
        if (this.inFlight.size === BATCH_SIZE) break;
        this.waiting.delete(key);
        this.inFlight.set(key, waiter);
      }
      await this.readBatch();
    }
    this.reading = false;
  }

  private async readBatch(): Promise<void> {
    const batch = [...this.inFlight];
    try {
      const found = await this.loadUnchanged(batch.map(([key]) => key));
      // Before anybody is told: who asks then asks anew.
      this.inFlight.clear();
      for (const [key, waiter] of batch) waiter.resolve(found.get(key) ?? null);
    } catch (error) {
      this.inFlight.clear();
      for (const [, waiter] of batch) waiter.reject(new StoreUnavailableError(error));
    }
  }

  private async loadUnchanged(keys: readonly string[]): Promise<ReadonlyMap<string, V>> {
    for (let attempt = 1; ; attempt += 1) {
      const generation = this.generation;
      const found = await this.withDeadline(this.options.load(keys));
      if (generation === this.generation) {
        this.keep(keys, found);
        return found;
      }
      if (attempt === MAX_REREADS) return found;
    }
  }

  private keep(keys: readonly string[], found: ReadonlyMap<string, V>): void {
    const absentUntil = this.options.now() + this.options.negativeMs;
    for (const key of keys) {
      const value = found.get(key);
      if (value === undefined) put(this.absent, key, absentUntil, this.options.maxEntries);
      else put(this.entries, key, value, this.options.maxEntries);
    }
  }

  private async withDeadline<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error('The store did not answer in time')),
      this.options.deadlineMs,
    );
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The oldest goes when it is full; a record that is still needed is read again. */
function put<V>(map: Map<string, V>, key: string, value: V, maxEntries: number): void {
  map.delete(key);
  if (map.size >= maxEntries) {
    const oldest = map.keys().next();
    if (oldest.done !== true) map.delete(oldest.value);
  }
  map.set(key, value);
}
