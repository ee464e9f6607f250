import { AnswerRecord, toLedgerEntry, type RequestHead } from './answer-record.js';
import { newCounters, type Counters } from './counters.js';
import type { Route } from '../calls/route.js';
import type { LedgerEntry } from './ledger-entry.js';

/** `full` keeps every request, `counters` only sums, `off` nothing at all. */
export type LedgerMode = 'full' | 'counters' | 'off';

export interface LedgerOptions {
  readonly mode: LedgerMode;
  readonly maxEntries: number;
  /** Bound on the request bodies kept. */
  readonly maxBodyBytes: number;
}

export interface LedgerFilter {
  readonly provider?: string;
  readonly endpoint?: Route['target'];
  /** Only entries with a larger `seq`. */
  readonly after?: number;
  /** The newest ones, at most this many. */
  readonly limit?: number;
}

/** Remembers the newest requests, oldest first out. Bodies are parsed only when somebody looks. */
export class Ledger {
  #records: AnswerRecord[] = [];
  #keptBytes = 0;
  #seq = 0;
  #total = newCounters();
  #byProvider = new Map<string, Counters>();
  readonly #watchers = new Set<() => void>();

  constructor(private readonly options: LedgerOptions) {}

  get mode(): LedgerMode {
    return this.options.mode;
  }

  /** Undefined when the ledger is off. */
  begin(head: RequestHead): AnswerRecord | undefined {
    if (this.options.mode === 'off') return undefined;
    this.#seq += 1;
    const counters = [this.#total, this.#countersOf(head.route.provider)];
    return new AnswerRecord(this.#seq, head, counters, () => this.#tellWatchers());
  }

  /** Call when the request's body is there, or as much of it as ever came. */
  keep(record: AnswerRecord, body: Buffer): void {
    if (this.options.mode !== 'full') return;
    record.requestBody = body;
    this.#records.push(record);
    this.#keptBytes += body.length;
    while (this.#records.length > this.options.maxEntries || this.#keptBytes > this.options.maxBodyBytes) {
      const oldest = this.#records.shift();
      if (oldest === undefined) break;
      this.#keptBytes -= oldest.requestBody.length;
    }
    this.#tellWatchers();
  }

  /** Oldest first. */
  entries(filter: LedgerFilter = {}): LedgerEntry[] {
    const found = this.#records.filter(
      ({ seq, head: { route } }) =>
        (filter.provider === undefined || filter.provider === route.provider) &&
        (filter.endpoint === undefined || filter.endpoint === route.target) &&
        (filter.after === undefined || seq > filter.after),
    );
    return found.slice(filter.limit === undefined ? 0 : -filter.limit).map(toLedgerEntry);
  }

  entry(seq: number): LedgerEntry | undefined {
    const record = this.#records.find((candidate) => candidate.seq === seq);
    return record === undefined ? undefined : toLedgerEntry(record);
  }

  counters(): Readonly<Counters> {
    return { ...this.#total };
  }

  countersByProvider(): Record<string, Readonly<Counters>> {
    return Object.fromEntries([...this.#byProvider].map(([name, counters]) => [name, { ...counters }]));
  }

  /** Calls back on every request that arrived or ended; returns the way to stop. */
  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  /** Forgets entries and sums; answers under way are still counted as open. `seq` goes on. */
  clear(): void {
    this.#records = [];
    this.#keptBytes = 0;
    for (const [name, { open }] of this.#byProvider) if (open === 0) this.#byProvider.delete(name);
    for (const counters of [this.#total, ...this.#byProvider.values()]) {
      const { open } = counters;
      Object.assign(counters, newCounters(), { open, mostOpen: open });
    }
  }

  #countersOf(provider: string): Counters {
    const known = this.#byProvider.get(provider);
    if (known !== undefined) return known;
    const counters = newCounters();
    this.#byProvider.set(provider, counters);
    return counters;
  }

  #tellWatchers(): void {
    for (const tell of this.#watchers) tell();
  }
}
