/** `circuit_breaker` of the configuration. */
export interface BreakerSettings {
  /** So many failures in a row open it. */
  readonly failureThreshold: number;
  /** How long it stays open the first time; doubled each time it opens again before it has recovered. */
  readonly recoveryTimeoutMs: number;
}

/** `half_open`: one probe is on its way. `slow_start`: it has answered, and gets its calls back step by step. */
export type BreakerState = 'closed' | 'open' | 'half_open' | 'slow_start';

/** What an attempt holds while it runs, so that its end is judged by the state it began in. */
export interface BreakerTicket {
  epoch: number;
  probe: boolean;
}

const MAX_OPEN_MS = 300_000;
/** Open times differ by this much, so that replicas do not probe in step. */
const JITTER = 0.2;

const WINDOW_BUCKETS = 10;
const BUCKET_MS = 3_000;
const MIN_CALLS_FOR_RATE = 10;
const FAILURE_RATE = 0.5;

const PANIC_INTERVAL_MS = 1_000;

/** What share of its calls a provider gets so long after it has answered its probe. */
const SLOW_START: readonly (readonly [untilMs: number, share: number])[] = [
  [10_000, 0.1],
  [20_000, 0.25],
  [30_000, 0.5],
];

/**
 * Keeps calls away from a provider that fails: closed, open for a while, one probe, slow start. A state machine;
 * time is an argument, in milliseconds of one clock that never goes back.
 */
export class CircuitBreaker {
  #state: BreakerState = 'closed';
  /** Grows with every change of state: ends of attempts that began in an earlier one are no evidence. */
  #epoch = 0;
  #consecutive = 0;
  /** How often it opened since it last was closed for good. */
  #openings = 0;
  #since = 0;
  #retryAt = 0;
  #lastPanicAt = -Infinity;
  readonly #window = new OutcomeWindow();

  /** @param random a number in [0, 1) */
  constructor(private readonly random: () => number) {}

  state(now: number): BreakerState {
    if (this.#state === 'slow_start' && slowStartShare(now - this.#since) === 1) this.#close(now);
    return this.#state;
  }

  /** When the present state began. */
  get since(): number {
    return this.#since;
  }

  /** Of an open one: when a probe is due. */
  get retryAt(): number {
    return this.#retryAt;
  }

  get consecutiveFailures(): number {
    return this.#consecutive;
  }

  /** A probe may go now: `begin` makes the next attempt one. */
  probeDue(now: number): boolean {
    return this.#state === 'open' && now >= this.#retryAt;
  }

  /** All candidates are open: one call a second may still try this one, before its time. */
  panicDue(now: number): boolean {
    return this.#state === 'open' && now - this.#lastPanicAt >= PANIC_INTERVAL_MS;
  }

  /** From 0 to 1: the share of calls that should come here first. */
  share(now: number): number {
    return this.state(now) === 'slow_start' ? slowStartShare(now - this.#since) : 1;
  }

  /**
   * An attempt begins. On an open breaker it is the probe if one is due, or if `panic` says so; else it is one
   * that had nowhere else to go, which may close the breaker but not open it further.
   */
  begin(now: number, panic = false): BreakerTicket {
    const probe = this.probeDue(now) || (panic && this.panicDue(now));
    if (probe) {
      this.#lastPanicAt = now;
      this.#state = 'half_open';
      this.#since = now;
      this.#epoch++;
    }
    return { epoch: this.#epoch, probe };
  }

  /** The provider has begun to answer: enough for a probe, which may be a long stream. True if it recovers by it. */
  answered(ticket: BreakerTicket, now: number): boolean {
    if (ticket.epoch !== this.#epoch || (this.#state !== 'half_open' && this.#state !== 'open')) return false;
    this.#recover(now);
    ticket.epoch = this.#epoch;
    ticket.probe = false;
    return true;
  }

  /** The attempt ended well. True if the provider recovers by it. */
  succeeded(ticket: BreakerTicket, now: number): boolean {
    if (ticket.epoch !== this.#epoch) return false;
    if (this.answered(ticket, now)) return true;
    this.#consecutive = 0;
    this.#window.add(now, false);
    return false;
  }

  /** The attempt ended in a way that counts. True if the breaker opens by it. */
  failed(ticket: BreakerTicket, settings: BreakerSettings, now: number): boolean {
    if (ticket.epoch !== this.#epoch) return false;
    switch (this.state(now)) {
      case 'open':
        return false;
      case 'half_open':
        if (!ticket.probe) return false;
        this.#open(settings, now);
        return true;
      case 'closed':
      case 'slow_start':
        this.#consecutive++;
        this.#window.add(now, true);
        if (this.#consecutive < settings.failureThreshold && !this.#window.isBad(now)) return false;
        this.#open(settings, now);
        return true;
    }
  }

  /** The attempt ended without a verdict: its client left, or the gateway itself failed. */
  abandoned(ticket: BreakerTicket, now: number): void {
    if (!ticket.probe || ticket.epoch !== this.#epoch) return;
    this.#state = 'open';
    this.#since = now;
    this.#epoch++;
  }

  #open(settings: BreakerSettings, now: number): void {
    const base = Math.min(MAX_OPEN_MS, settings.recoveryTimeoutMs * 2 ** Math.min(this.#openings, 20));
    this.#openings++;
    this.#retryAt = now + base * (1 - JITTER + 2 * JITTER * this.random());
    this.#enter('open', now);
  }

  #recover(now: number): void {
    this.#consecutive = 0;
    this.#window.clear();
    this.#enter('slow_start', now);
  }

  #close(now: number): void {
    this.#openings = 0;
    // Not a new epoch: attempts of the slow start are evidence still.
    this.#state = 'closed';
    this.#since = now;
  }

  #enter(state: BreakerState, now: number): void {
    this.#state = state;
    this.#since = now;
    this.#epoch++;
  }
}

function slowStartShare(elapsedMs: number): number {
  for (const [untilMs, share] of SLOW_START) if (elapsedMs < untilMs) return share;
  return 1;
}

/** Outcomes of the last 30 s, in ten buckets that are used in turn. */
class OutcomeWindow {
  readonly #calls = new Uint32Array(WINDOW_BUCKETS);
  readonly #failures = new Uint32Array(WINDOW_BUCKETS);
  #bucket = 0;

  add(now: number, failed: boolean): void {
    this.#advance(now);
    const at = this.#bucket % WINDOW_BUCKETS;
    this.#calls[at] = (this.#calls[at] ?? 0) + 1;
    if (failed) this.#failures[at] = (this.#failures[at] ?? 0) + 1;
  }

  isBad(now: number): boolean {
    this.#advance(now);
    const calls = sum(this.#calls);
    return calls >= MIN_CALLS_FOR_RATE && sum(this.#failures) >= FAILURE_RATE * calls;
  }

  clear(): void {
    this.#calls.fill(0);
    this.#failures.fill(0);
  }

  #advance(now: number): void {
    const bucket = Math.floor(now / BUCKET_MS);
    if (bucket <= this.#bucket) return;
    for (let each = Math.max(this.#bucket + 1, bucket - WINDOW_BUCKETS + 1); each <= bucket; each++) {
      this.#calls[each % WINDOW_BUCKETS] = 0;
      this.#failures[each % WINDOW_BUCKETS] = 0;
    }
    this.#bucket = bucket;
  }
}

function sum(values: Uint32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
