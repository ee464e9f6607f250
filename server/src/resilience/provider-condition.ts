import { ATTEMPT_POLICIES } from './attempt-policy.js';
import {
  CircuitBreaker,
  type BreakerSettings,
  type BreakerState,
  type BreakerTicket,
} from './circuit-breaker.js';
import { ConcurrencyGate } from './concurrency-gate.js';
import { Cooldowns, type Cooldown } from './cooldowns.js';
import type { ErrorClass } from './error-class.js';
import { LatencyAverage } from './latency-average.js';
import { RetryBudget } from './retry-budget.js';
import { TrafficCount } from './traffic-count.js';

/** Whether a target may be tried now. `reserve`: rather not, while another one can take the call. */
export type Admission =
  | { readonly kind: 'free' | 'busy' }
  | { readonly kind: 'reserve'; readonly reason: 'slow_start' | 'overloaded' }
  | { readonly kind: 'open'; readonly retryAt: number; readonly failures: number; readonly since: number }
  | { readonly kind: 'cooling'; readonly cooldown: Cooldown };

/** What changed in the condition of a provider. */
export type ConditionChange = 'opened' | 'recovered' | 'credential_refused';

/** A failed attempt, as far as the condition of its provider is concerned. */
export interface ConditionFailure {
  readonly callId: string;
  readonly model: string;
  readonly errorClass: ErrorClass;
  /** In words, without secrets. */
  readonly message: string;
  /** What `retry-after` said. */
  readonly hintSeconds: number | undefined;
}

export interface LastFailure {
  readonly errorClass: ErrorClass;
  readonly message: string;
  readonly at: number;
}

export interface ConditionView {
  readonly breaker: BreakerState;
  /** When that state began; 0: it was never another one. */
  readonly since: number;
  /** Of an open breaker: when a probe is due; else null. */
  readonly retryAt: number | null;
  readonly consecutiveFailures: number;
  /** `model` null: the credential, which means all of them. */
  readonly cooldowns: readonly (Cooldown & { readonly model: string | null })[];
  readonly inFlight: number;
  readonly queued: number;
  /** Smoothed time to the first event; null: not measured lately. */
  readonly latencyMs: number | null;
  readonly lastFailure: LastFailure | null;
}

const FREE: Admission = { kind: 'free' };
const BUSY: Admission = { kind: 'busy' };
const SLOW_START: Admission = { kind: 'reserve', reason: 'slow_start' };
const OVERLOADED: Admission = { kind: 'reserve', reason: 'overloaded' };

/**
 * What is known of one provider from its traffic: breaker, cooldowns, retry budget, concurrency, latency. All times
 * are milliseconds of one clock that never goes back, given as an argument.
 */
export class ProviderCondition {
  readonly #breaker: CircuitBreaker;
  readonly #cooldowns = new Cooldowns();
  readonly #latency = new LatencyAverage();
  readonly budget = new RetryBudget();
  readonly gate: ConcurrencyGate;
  readonly traffic = new TrafficCount();
  #lastFailure: LastFailure | null = null;

  /**
   * @param random a number in [0, 1)
   * @param changed told once per change
   */
  constructor(
    private readonly random: () => number,
    maxConcurrency: number | null,
    private readonly changed: (change: ConditionChange, now: number) => void,
  ) {
    this.#breaker = new CircuitBreaker(random);
    this.gate = new ConcurrencyGate(maxConcurrency);
  }

  admission(model: string, now: number): Admission {
    const cooldown = this.#cooldowns.of(model, now);
    if (cooldown !== null) return { kind: 'cooling', cooldown };
    const state = this.#breaker.state(now);
    if (state === 'half_open' || (state === 'open' && !this.#breaker.probeDue(now))) {
      const { retryAt, consecutiveFailures, since } = this.#breaker;
      return { kind: 'open', retryAt, failures: consecutiveFailures, since };
    }
    if (this.gate.full) return BUSY;
    if (state === 'slow_start' && this.random() >= this.#breaker.share(now)) return SLOW_START;
    const share = this.#cooldowns.share(now);
    return share < 1 && this.random() >= share ? OVERLOADED : FREE;
  }

  /** Whether an open breaker lets one call through before its time, because there is no other way. */
  panicDue(now: number): boolean {
    return this.#breaker.panicDue(now);
  }

  /** An attempt begins; its end is told by `succeeded`, `failed` or `abandoned`, exactly once. */
  begin(now: number, panic = false): BreakerTicket {
    return this.#breaker.begin(now, panic);
  }

  /** The first event has come. */
  answered(ticket: BreakerTicket, latencyMs: number, now: number): void {
    this.#latency.add(latencyMs, now);
    this.traffic.answeredAfter(latencyMs);
    if (this.#breaker.answered(ticket, now)) this.changed('recovered', now);
  }

  succeeded(ticket: BreakerTicket, model: string, now: number): void {
    this.#cooldowns.answered(model);
    this.traffic.attempted(false);
    if (this.#breaker.succeeded(ticket, now)) this.changed('recovered', now);
  }

  failed(ticket: BreakerTicket, failure: ConditionFailure, settings: BreakerSettings, now: number): void {
    const { errorClass } = failure;
    this.traffic.attempted(errorClass !== 'caller');
    if (errorClass !== 'caller' && errorClass !== 'empty') {
      this.#lastFailure = { errorClass, message: failure.message, at: now };
    }
    if (ATTEMPT_POLICIES[errorClass].breaker === 'failure') {
      if (this.#breaker.failed(ticket, settings, now)) this.changed('opened', now);
      return;
    }
    this.#cool(failure, now);
    // No evidence for or against a closed breaker, but a probe has found somebody there.
    if (this.#breaker.answered(ticket, now)) this.changed('recovered', now);
  }

  /** It ended without a verdict: the client left, or the gateway itself failed. */
  abandoned(ticket: BreakerTicket, now: number): void {
    this.#breaker.abandoned(ticket, now);
  }

  /** Smoothed time to the first event; undefined: not measured lately. */
  latencyMs(now: number): number | undefined {
    return this.#latency.valueMs(now);
  }

  view(now: number): ConditionView {
    const breaker = this.#breaker.state(now);
    return {
      breaker,
      since: this.#breaker.since,
      retryAt: breaker === 'open' ? this.#breaker.retryAt : null,
      consecutiveFailures: this.#breaker.consecutiveFailures,
      cooldowns: this.#cooldowns.list(now),
      inFlight: this.gate.inFlight,
      queued: this.gate.queued,
      latencyMs: this.latencyMs(now) ?? null,
      lastFailure: this.#lastFailure,
    };
  }

  #cool({ errorClass, model, callId, hintSeconds }: ConditionFailure, now: number): void {
    switch (errorClass) {
      case 'throttle':
        this.#cooldowns.throttled(model, hintSeconds, now);
        return;
      case 'overload':
        this.#cooldowns.overloaded(now);
        return;
      case 'quota':
        this.#cooldowns.quotaSpent(now);
        return;
      case 'auth':
        if (this.#cooldowns.refused(callId, now)) this.changed('credential_refused', now);
        return;
      case 'forbidden':
        this.#cooldowns.forbidden(model, now);
        return;
      case 'model_missing':
        this.#cooldowns.missing(model, now);
        return;
      default:
        return;
    }
  }
}
