import type { ProviderHealthBoard } from '../providers/provider-health-board.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { ATTEMPT_POLICIES, type AttemptPolicy } from '../resilience/attempt-policy.js';
import type { CooldownReason } from '../resilience/cooldowns.js';
import type { ErrorClass } from '../resilience/error-class.js';
import type { Admission, ProviderCondition } from '../resilience/provider-condition.js';
import { retryDelayMs } from '../resilience/retry-schedule.js';
import type { Route } from '../routing/model-router.js';
import type { CandidateFate, CandidateTrace } from './attempt-result.js';
import type { MessageTarget } from './message-call.js';

/** One target of the route, and what has become of it. */
export class Candidate {
  fate: CandidateFate = 'not_needed';
  reason = '';
  tries = 0;
  /** Not to be looked at again, unless as a retry. */
  done = false;
  /** When it could be tried at the soonest, by the clock of the call; null: no such time is known. */
  availableAt: number | null = null;

  constructor(
    readonly target: MessageTarget,
    readonly condition: ProviderCondition,
  ) {}

  passOver(fate: CandidateFate, reason: string, availableAt: number | null = null): void {
    if (this.fate === 'tried') return;
    this.fate = fate;
    this.reason = reason;
    this.availableAt = availableAt;
  }

  /** The provider cannot serve this call any more. */
  drop(fate: CandidateFate, reason: string): void {
    this.passOver(fate, reason);
    this.done = true;
  }
}

/** What to do next. `wait`: nobody is free, and this one has a queue. */
export type Step =
  | {
      readonly kind: 'attempt';
      readonly candidate: Candidate;
      readonly panic: boolean;
      readonly delayMs: number;
    }
  | { readonly kind: 'wait'; readonly candidate: Candidate };

interface Again {
  readonly candidate: Candidate;
  readonly errorClass: ErrorClass;
  readonly hintSeconds: number | undefined;
}

/** A failed attempt, as far as the choice of the next target is concerned. */
export interface PlanFailure {
  readonly errorClass: ErrorClass;
  /** What `retry-after` said. */
  readonly hintSeconds: number | undefined;
  /** The provider said that the same request is not worth another try. */
  readonly finalHere: boolean;
  /** A text had begun, and another target may continue it. */
  readonly goesOn?: boolean;
}

/** After a text that broke: others first, and the same provider if there is nobody else. */
const CONTINUATION: AttemptPolicy = {
  again: 'last',
  elsewhere: true,
  skipsProvider: false,
  breaker: 'failure',
};

/**
 * Chooses target after target of one call by what is known of the providers and by what has failed so far. Times are
 * milliseconds of `performance.now()`, given as an argument.
 */
export class TargetPlan {
  readonly candidates: readonly Candidate[];
  /** Open breakers do not keep the call from these: there is no other, or the caller named it. */
  readonly #lastResort: (candidate: Candidate) => boolean;
  readonly #tried = new Set<number>();
  #first: Again | null = null;
  #later: Again[] = [];
  #badAnswers = 0;
  #over = false;

  constructor(
    route: Route<CatalogProvider>,
    board: ProviderHealthBoard,
    private readonly random: () => number,
  ) {
    this.candidates = route.targets.map(
      (target) => new Candidate(target, board.conditionOf(target.provider)),
    );
    const own = route.targets[0]?.provider.id;
    const alone = route.targets.every(({ provider }) => provider.id === own);
    this.#lastResort = (candidate) => (alone || route.explicit) && candidate.target.provider.id === own;
  }

  /** Null: there is nothing left to try. */
  next(now: number): Step | null {
    if (this.#over) return null;
    const first = this.#first;
    this.#first = null;
    return (
      (first === null ? null : this.#again(first, now)) ??
      this.#admitted(now) ??
      this.#nextLater(now) ??
      this.#panic(now) ??
      this.#unlikely(now)
    );
  }

  /** The attempt begins; charges the provider with a call the first time. */
  began(candidate: Candidate, now: number): void {
    candidate.tries++;
    candidate.fate = 'tried';
    candidate.reason = '';
    candidate.done = true;
    const { id } = candidate.target.provider;
    if (this.#tried.has(id)) return;
    this.#tried.add(id);
    candidate.condition.budget.called(now);
  }

  failed(candidate: Candidate, { errorClass, hintSeconds, finalHere, goesOn }: PlanFailure): void {
    const policy = goesOn === true ? CONTINUATION : ATTEMPT_POLICIES[errorClass];
    if (errorClass === 'bad_answer') this.#badAnswers++;
    // An answer that is none is worth one more provider, not all of them.
    this.#over = !policy.elsewhere || this.#badAnswers > 1;
    if (policy.skipsProvider) this.#dropProvider(candidate, errorClass);
    if (policy.again === 'never' || finalHere || candidate.tries > candidate.target.provider.maxRetries)
      return;
    const again = { candidate, errorClass, hintSeconds };
    if (policy.again === 'first') this.#first = again;
    else this.#later.push(again);
  }

  /** From here on a text is continued: whoever does not go on from a prefill cannot. */
  dropWhoCannotContinue(): void {
    for (const each of this.candidates) {
      const { provider, model } = each.target;
      if (!each.done && provider.profileOf(model).prefill === 'reject') {
        each.drop('not_needed', 'does not continue a text');
      }
    }
  }

  traces(): CandidateTrace[] {
    return this.candidates.map(({ target, fate, reason }) => ({
      providerId: target.provider.id,
      provider: target.provider.name,
      dialect: target.provider.dialect,
      model: target.model,
      fate,
      reason,
    }));
  }

  /** The first candidate that may be tried; else one that would rather not; else the queue of one that is busy. */
  #admitted(now: number): Step | null {
    let reserve: Candidate | null = null;
    let busy: Candidate | null = null;
    for (const candidate of this.candidates) {
      if (candidate.done) continue;
      const admission = candidate.condition.admission(candidate.target.model, now);
      if (admission.kind === 'free' || (admission.kind === 'open' && this.#lastResort(candidate))) {
        const step = this.#take(candidate, now);
        if (step !== null) return step;
      } else {
        notePassedOver(candidate, admission, now);
        if (admission.kind === 'reserve') reserve ??= candidate;
        if (admission.kind === 'busy') busy ??= candidate;
      }
    }
    const step = reserve === null ? null : this.#take(reserve, now);
    if (step !== null) return step;
    return busy === null ? null : { kind: 'wait', candidate: busy };
  }

  /** A further attempt at a provider that was tried in this call is charged to its budget. */
  #take(candidate: Candidate, now: number, panic = false): Step | null {
    if (this.#tried.has(candidate.target.provider.id) && !candidate.condition.budget.tryRetry(now)) {
      candidate.drop('provider_failed', 'its retries are used up for now');
      return null;
    }
    return { kind: 'attempt', candidate, panic, delayMs: 0 };
  }

  #again({ candidate, errorClass, hintSeconds }: Again, now: number): Step | null {
    const { condition, target } = candidate;
    const delayMs = retryDelayMs(errorClass, candidate.tries - 1, hintSeconds, this.random);
    if (delayMs === null) return null;
    const isOpen = condition.admission(target.model, now).kind === 'open';
    if (isOpen && !this.#lastResort(candidate)) return null;
    if (!condition.budget.tryRetry(now)) return null;
    return { kind: 'attempt', candidate, panic: false, delayMs };
  }

  #nextLater(now: number): Step | null {
    for (let again = this.#later.shift(); again !== undefined; again = this.#later.shift()) {
      const step = this.#again(again, now);
      if (step !== null) return step;
    }
    return null;
  }

  /** Every candidate is open: the one that is due soonest gets a call a second, instead of failing everything. */
  #panic(now: number): Step | null {
    const open = this.candidates
      .filter((each) => !each.done && each.fate === 'open' && each.condition.panicDue(now))
      .sort((a, b) => (a.availableAt ?? 0) - (b.availableAt ?? 0));
    for (const candidate of open) {
      const step = this.#take(candidate, now, true);
      if (step !== null) return step;
    }
    return null;
  }

  /**
   * The model is missing or forbidden everywhere. It may be there again, and asking costs nothing. Where a provider
   * only pauses, it will answer sooner than the others find the model, and the caller is told to wait.
   */
  #unlikely(now: number): Step | null {
    if (this.#tried.size > 0) return null;
    const [first] = this.candidates;
    const nobodyHasIt = this.candidates.every((each) => {
      const admission = each.condition.admission(each.target.model, now);
      return admission.kind === 'cooling' && isAskedFreely(admission.cooldown.reason);
    });
    return first === undefined || !nobodyHasIt ? null : this.#take(first, now);
  }

  #dropProvider({ target }: Candidate, errorClass: ErrorClass): void {
    for (const each of this.candidates) {
      if (each.target.provider.id === target.provider.id && !each.done) {
        each.drop('provider_failed', `${errorClass} at ${target.model}`);
      }
    }
  }
}

function notePassedOver(candidate: Candidate, admission: Admission, now: number): void {
  switch (admission.kind) {
    case 'open':
      candidate.passOver(
        'open',
        `kept out ${seconds(now - admission.since)} ago after ${admission.failures} failures in a row, ` +
          `next try in ${seconds(admission.retryAt - now)}`,
        admission.retryAt,
      );
      return;
    case 'cooling': {
      const { reason, until } = admission.cooldown;
      candidate.passOver('cooling', `${reason}, for ${seconds(until - now)} more`, until);
      return;
    }
    case 'busy':
      candidate.passOver('busy', 'at its limit of concurrent calls');
      return;
    case 'reserve':
      candidate.passOver('not_needed', admission.reason === 'slow_start' ? 'starts slowly' : 'overloaded');
      return;
    case 'free':
      return;
    default:
      admission satisfies never;
  }
}

function isAskedFreely(reason: CooldownReason): boolean {
  return reason === 'missing' || reason === 'forbidden';
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.ceil(ms / 1000))} s`;
}
