import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { PermissionDeniedError } from '../errors/caller-errors.js';
import {
  BudgetBusyError,
  BudgetSpentError,
  BudgetUnavailableError,
  ConcurrencyLimitedError,
  RateLimitedError,
} from '../errors/limit-errors.js';
import type { GatewayError } from '../errors/gateway-error.js';
import type { Route } from '../routing/model-router.js';
import type { RoutableProvider, Target } from '../routing/routable-provider.js';
import { StoreAwayError } from '../shared-state/hot-redis.js';
import { Metrics } from '../telemetry/metrics.js';
import { CallCost, type ExpectedUse } from './call-cost.js';
import { mayUseTarget } from './call-scope.js';
import { CallsUnderWay } from './calls-under-way.js';
import { limitHeaders } from './limit-headers.js';
import {
  LimitStore,
  type AdmissionOutcome,
  type AdmissionRequest,
  type SpendAccount,
} from './limit-store.js';
import type { LimitedCall, SpentAttempt } from './limited-call.js';
import { LocalShare } from './local-share.js';
import { SpendAccounts } from './spend-accounts.js';
import { periodOf, timeOfRequestId } from './spend-period.js';
import type { SubjectLimits } from './subject-limits.js';

type Provider = RoutableProvider & { readonly id: number };

/** A call that may go on. */
export interface Admission<P extends Provider> {
  /** Of the targets those that the caller may use; never empty. */
  readonly route: Route<P>;
  /** For the answer: what is left. */
  readonly headers: Readonly<Record<string, string>>;
  /** The call is over, whatever its end: gives back what was held and counts what was used. Once; never throws. */
  settle(attempts: readonly SpentAttempt[]): void;
}

type Refused = Extract<AdmissionOutcome, { kind: 'refused' }>;

const isBudgeted = ({ budgetDayNanoUsd, budgetMonthNanoUsd }: SubjectLimits): boolean =>
  budgetDayNanoUsd !== null || budgetMonthNanoUsd !== null;

/**
 * Whether a caller may make a call now. One who has no limits is through at once and costs nothing; for the others
 * there is one question to the store, and nothing is taken unless there is room everywhere.
 */
@Injectable()
export class CallLimits {
  constructor(
    private readonly store: LimitStore,
    private readonly local: LocalShare,
    private readonly calls: CallsUnderWay,
    private readonly accounts: SpendAccounts,
    private readonly cost: CallCost,
    private readonly metrics: Metrics,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /**
   * A promise only for callers with limits. Throws, or rejects with, `PermissionDeniedError` when no target is left,
   * and the errors of limit-errors.ts.
   */
  admit<P extends Provider>(call: LimitedCall, route: Route<P>): Admission<P> | Promise<Admission<P>> {
    const { limits, scopes } = call.principal;
    const allowed = scopes.length === 0 ? route : this.withinScope(call, route);
    if (limits.length === 0) return { route: allowed, headers: {}, settle: () => undefined };
    return this.admitLimited(call, limits.some(isBudgeted) ? this.priced(call, allowed) : allowed);
  }

  private withinScope<P extends Provider>(call: LimitedCall, route: Route<P>): Route<P> {
    const { scopes } = call.principal;
    const refusal = `This API key may not use the model '${call.request.model.slice(0, 200)}' here. Ask its owner.`;
    return narrowed(route, (target) => mayUseTarget(scopes, call.request.model, target), refusal);
  }

  private priced<P extends Provider>(call: LimitedCall, route: Route<P>): Route<P> {
    const atMs = timeOfRequestId(call.id);
    const refusal = `The price of '${call.request.model.slice(0, 200)}' is not known: a key with a budget cannot use it.`;
    return narrowed(route, (target) => this.cost.hasPrice(target, atMs), refusal);
  }

  private async admitLimited<P extends Provider>(call: LimitedCall, route: Route<P>): Promise<Admission<P>> {
    const request = this.requestOf(call, this.cost.expected(call, route.targets, timeOfRequestId(call.id)));
    const outcome = await this.ask(request);
    const headers =
      outcome.kind === 'spend_unknown' ? {} : limitHeaders(request, outcome.standings, Date.now());
    if (outcome.kind === 'refused') throw this.refusal(request, outcome, headers);
    this.calls.begin(request);
    const second = outcome.kind === 'admitted' ? outcome.second : 0;
    return { route, headers, settle: once((attempts) => this.settle(request, second, attempts)) };
  }

  private refusal(request: AdmissionRequest, refused: Refused, headers: Record<string, string>): Error {
    const error = errorOf(request, refused, headers);
    this.metrics.countLimitRefusal(error.code);
    return error;
  }

  private requestOf(call: LimitedCall, expected: ExpectedUse): AdmissionRequest {
    const atMs = timeOfRequestId(call.id);
    const { userId, limits } = call.principal;
    const subjects = limits.map((subject) => {
      const { budgetDayNanoUsd: day, budgetMonthNanoUsd: month } = subject;
      const budgets = [
        ...(day === null ? [] : [{ period: periodOf('day', atMs), budget: day }]),
        ...(month === null ? [] : [{ period: periodOf('month', atMs), budget: month }]),
      ];
      const { reserve, atMost } = budgets.length === 0 ? { reserve: 0n, atMost: 0n } : expected;
      return { limits: subject, budgets, reserve, atMost };
    });
    return { callId: call.id, userId, subjects, tokens: expected.tokens };
  }

  private async ask(request: AdmissionRequest): Promise<AdmissionOutcome> {
    const accounts = accountsOf(request);
    this.accounts.touch(accounts);
    try {
      const outcome = await this.store.admit(request);
      if (outcome.kind !== 'spend_unknown') return outcome;
      await this.accounts.bring(accounts);
      const again = await this.store.admit(request);
      if (again.kind !== 'spend_unknown') return again;
      return await this.withoutStore(request, null);
    } catch (error) {
      return this.withoutStore(request, error);
    }
  }

  /** Store or database are away: this process's share of the rates, and no money without leave. */
  private async withoutStore(request: AdmissionRequest, cause: unknown): Promise<AdmissionOutcome> {
    // It may have been taken all the same by a store that answers too late.
    if (cause instanceof StoreAwayError) this.calls.end(settlementOf(request, 0, 0, 0n));
    const hasBudget = request.subjects.some(({ budgets }) => budgets.length > 0);
    if (hasBudget && !this.environment.allowBudgetsOnStoreLoss) throw new BudgetUnavailableError(cause);
    return this.local.admit(request, this.store.replicas);
  }

  private settle(request: AdmissionRequest, second: number, attempts: readonly SpentAttempt[]): void {
    const { tokens, cost } = this.cost.actual(attempts, timeOfRequestId(request.callId));
    this.calls.end(settlementOf(request, second, tokens === null ? 0 : tokens - request.tokens, cost));
  }
}

function narrowed<P extends Provider>(
  route: Route<P>,
  keep: (target: Target<P>) => boolean,
  refusal: string,
): Route<P> {
  const targets = route.targets.filter(keep);
  if (targets.length === 0) throw new PermissionDeniedError(refusal);
  return targets.length === route.targets.length ? route : { ...route, targets };
}

function accountsOf({ userId, subjects }: AdmissionRequest): SpendAccount[] {
  return subjects.flatMap(({ limits: { kind, id }, budgets }) =>
    budgets.map(({ period }) => ({ userId, subject: { kind, id }, period })),
  );
}

function settlementOf(request: AdmissionRequest, second: number, tokensDelta: number, cost: bigint) {
  const { callId, userId, subjects } = request;
  const periods = new Map(
    subjects.flatMap(({ budgets }) => budgets.map(({ period }) => [period.kind, period])),
  );
  return {
    callId,
    userId,
    subjects: subjects.map(({ limits: { kind, id } }) => ({ kind, id })),
    second,
    tokensDelta,
    cost,
    periods: [...periods.values()],
  };
}

function errorOf(request: AdmissionRequest, refused: Refused, headers: Record<string, string>): GatewayError {
  const subject = request.subjects[refused.subject];
  if (subject === undefined) return new BudgetUnavailableError();
  const { limits, budgets } = subject;
  const whose = limits.kind === 'key' ? 'This API key' : 'The owner of this API key';
  const { retryAfterMs } = refused;
  switch (refused.limit) {
    case 'requests':
      return new RateLimitedError(whose, 'requests', limits.requestsPerMinute ?? 0, retryAfterMs, headers);
    case 'tokens':
      return new RateLimitedError(whose, 'tokens', limits.tokensPerMinute ?? 0, retryAfterMs, headers);
    case 'concurrency':
      return new ConcurrencyLimitedError(whose, limits.maxConcurrency ?? 0, retryAfterMs, headers);
    case 'budget_busy':
      return new BudgetBusyError(whose, retryAfterMs, headers);
    case 'budget_spent': {
      const spent = refused.standings[refused.subject]?.spent ?? {};
      const period = budgets.find(({ period: { kind }, budget }) => (spent[kind] ?? 0n) >= budget)?.period;
      return new BudgetSpentError(whose, period?.kind ?? 'day', period?.endsAtMs ?? Date.now(), headers);
    }
    default:
      return refused.limit satisfies never;
  }
}

function once<T>(act: (value: T) => void): (value: T) => void {
  let done = false;
  return (value) => {
    if (done) return;
    done = true;
    act(value);
  };
}
