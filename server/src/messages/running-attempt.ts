import type { BreakerSettings, BreakerTicket } from '../resilience/circuit-breaker.js';
import type { ConditionFailure, ProviderCondition } from '../resilience/provider-condition.js';
import type { AttemptWatcher } from './message-call.js';

/** Tells the condition of a provider how one attempt goes. Exactly one of `succeed`, `fail` and `abandon` ends it. */
export class RunningAttempt implements AttemptWatcher {
  constructor(
    private readonly condition: ProviderCondition,
    private readonly ticket: BreakerTicket,
    /** By `performance.now()`. */
    readonly startedAt: number,
  ) {}

  firstEvent(at: number): void {
    this.condition.answered(this.ticket, at - this.startedAt, at);
  }

  succeed(model: string, now: number): void {
    this.condition.succeeded(this.ticket, model, now);
  }

  fail(failure: ConditionFailure, settings: BreakerSettings, now: number): void {
    this.condition.failed(this.ticket, failure, settings, now);
  }

  abandon(now: number): void {
    this.condition.abandoned(this.ticket, now);
  }
}
