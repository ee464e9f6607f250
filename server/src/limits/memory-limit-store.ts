import { LEASE_MS, LimitStore, RECONCILE_EVERY_MS } from './limit-store.js';
import type {
  AdmissionOutcome,
  AdmissionRequest,
  LimitKind,
  RecordedSpend,
  Settlement,
  SpendAccount,
  SubjectRequest,
  SubjectStanding,
} from './limit-store.js';
import { RateWindow } from './rate-window.js';
import { findBudgetProblem } from './budget-rule.js';
import type { SpendPeriod } from './spend-period.js';
import type { Subject } from './subject-limits.js';

interface Lease {
  expiresAtMs: number;
  readonly reserve: bigint;
  readonly atMost: bigint;
}

class SubjectState {
  readonly requests = new RateWindow();
  readonly tokens = new RateWindow();
  readonly leases = new Map<string, Lease>();
}

interface SpendState {
  readonly period: SpendPeriod;
  base: bigint | null;
  asOfMs: number;
  askedAtMs: number;
  /** Settled calls the database is not known to have. */
  readonly unrecorded: Map<string, bigint>;
  unrecordedSum: bigint;
}

/** Spending of past periods is of no use once the last calls of them are settled. */
const KEEP_PERIOD_MS = 3_600_000;
const SWEEP_EVERY_MS = 60_000;

/** What is counted, in the memory of one process: exact while that is the only one. */
export class MemoryLimitStore extends LimitStore {
  readonly replicas = 1;
  private readonly subjects = new Map<string, SubjectState>();
  private readonly spends = new Map<string, SpendState>();
  private sweptAtMs = 0;

  /** `now`: milliseconds since the epoch. */
  constructor(private readonly now: () => number) {
    super();
  }

  async admit(request: AdmissionRequest): Promise<AdmissionOutcome> {
    return this.admitNow(request);
  }

  /** The same, at once. */
  admitNow(request: AdmissionRequest): AdmissionOutcome {
    const nowMs = this.now();
    const looked = request.subjects.map((subject) => this.look(subject, request.tokens, nowMs));
    if (looked.some((problem) => problem === 'spend_unknown')) return { kind: 'spend_unknown' };
    for (const [subject, problem] of looked.entries()) {
      if (problem === null || problem === 'spend_unknown') continue;
      return { kind: 'refused', subject, ...problem, standings: this.standings(request, nowMs) };
    }
    const second = Math.floor(nowMs / 1_000);
    for (const subject of request.subjects) this.take(subject, request, second, nowMs);
    return { kind: 'admitted', second, standings: this.standings(request, nowMs) };
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    for (const settlement of settlements) this.settleNow(settlement);
  }

  /** The same, at once. */
  settleNow(settlement: Settlement): void {
    const { callId, second, tokensDelta, cost, periods, subjects } = settlement;
    for (const subject of subjects) {
      const state = this.subjects.get(nameOf(subject));
      if (state?.leases.delete(callId) === true) state.tokens.correct(second, tokensDelta, this.now());
      if (cost === 0n) continue;
      for (const period of periods) keepUnrecorded(this.spendOf(subject, period), callId, cost);
    }
  }

  async renew(requests: readonly AdmissionRequest[]): Promise<void> {
    const nowMs = this.now();
    for (const { callId, subjects } of requests) {
      for (const { limits, reserve, atMost } of subjects) {
        this.stateOf(limits).leases.set(callId, { expiresAtMs: nowMs + LEASE_MS, reserve, atMost });
      }
    }
    if (nowMs - this.sweptAtMs > SWEEP_EVERY_MS) this.sweep(nowMs);
  }

  async unrecorded({ subject, period }: SpendAccount): Promise<readonly string[] | null> {
    const spend = this.spendOf(subject, period);
    if (spend.base !== null && this.now() - spend.askedAtMs < RECONCILE_EVERY_MS) return null;
    spend.askedAtMs = this.now();
    return [...spend.unrecorded.keys()];
  }

  async putRecorded({ account, base, recorded, asOfMs }: RecordedSpend): Promise<void> {
    const spend = this.spendOf(account.subject, account.period);
    if (spend.base !== null && asOfMs <= spend.asOfMs) return;
    spend.base = base;
    spend.asOfMs = asOfMs;
    for (const callId of recorded) {
      spend.unrecordedSum -= spend.unrecorded.get(callId) ?? 0n;
      spend.unrecorded.delete(callId);
    }
  }

  close(): void {}

  private look(
    { limits, budgets, reserve }: SubjectRequest,
    tokens: number,
    nowMs: number,
  ): { limit: LimitKind; retryAfterMs: number } | 'spend_unknown' | null {
    const { requests, tokens: window, leases } = this.stateOf(limits);
    expire(leases, nowMs);
    for (const { period, budget } of budgets) {
      const spend = this.spendOf(limits, period);
      if (spend.base === null) return 'spend_unknown';
      const spent = spend.base + spend.unrecordedSum;
      const underWay = { calls: leases.size, atMost: sumOf(leases, 'atMost') };
      const limit = findBudgetProblem({ budget, spent, underWay, reserve });
      if (limit === 'budget_spent') return { limit, retryAfterMs: period.endsAtMs - nowMs };
      if (limit !== null) return { limit, retryAfterMs: 1_000 };
    }
    if (limits.maxConcurrency !== null && leases.size >= limits.maxConcurrency)
      return { limit: 'concurrency', retryAfterMs: 1_000 };
    const { requestsPerMinute, tokensPerMinute } = limits;
    const requestWaitMs = requestsPerMinute === null ? 0 : requests.waitMs(1, requestsPerMinute, nowMs);
    if (requestWaitMs > 0) return { limit: 'requests', retryAfterMs: requestWaitMs };
    const tokenWaitMs = tokensPerMinute === null ? 0 : window.waitMs(tokens, tokensPerMinute, nowMs);
    return tokenWaitMs > 0 ? { limit: 'tokens', retryAfterMs: tokenWaitMs } : null;
  }

  private take(subject: SubjectRequest, request: AdmissionRequest, second: number, nowMs: number): void {
    const { limits, reserve, atMost } = subject;
    const state = this.stateOf(limits);
    if (limits.requestsPerMinute !== null) state.requests.add(second, 1);
    if (limits.tokensPerMinute !== null) state.tokens.add(second, request.tokens);
    state.leases.set(request.callId, { expiresAtMs: nowMs + LEASE_MS, reserve, atMost });
  }

  private standings(request: AdmissionRequest, nowMs: number): SubjectStanding[] {
    return request.subjects.map(({ limits, budgets }) => {
      const { requests, tokens, leases } = this.stateOf(limits);
      const spent: Partial<Record<SpendPeriod['kind'], bigint>> = {};
      for (const { period } of budgets) {
        const { base, unrecordedSum } = this.spendOf(limits, period);
        spent[period.kind] = (base ?? 0n) + unrecordedSum;
      }
      return {
        requests: requests.used(nowMs),
        tokens: tokens.used(nowMs),
        requestsResetMs: requests.resetMs(nowMs),
        tokensResetMs: tokens.resetMs(nowMs),
        concurrency: leases.size,
        spent,
        reserved: budgets.length === 0 ? 0n : sumOf(leases, 'reserve'),
      };
    });
  }

  private stateOf(subject: Subject): SubjectState {
    const known = this.subjects.get(nameOf(subject));
    if (known !== undefined) return known;
    const state = new SubjectState();
    this.subjects.set(nameOf(subject), state);
    return state;
  }

  private spendOf(subject: Subject, period: SpendPeriod): SpendState {
    const name = `${nameOf(subject)} ${period.label}`;
    const known = this.spends.get(name);
    if (known !== undefined) return known;
    const spend: SpendState = {
      period,
      base: null,
      asOfMs: 0,
      askedAtMs: 0,
      unrecorded: new Map(),
      unrecordedSum: 0n,
    };
    this.spends.set(name, spend);
    return spend;
  }

  private sweep(nowMs: number): void {
    this.sweptAtMs = nowMs;
    for (const [name, { requests, tokens, leases }] of this.subjects) {
      expire(leases, nowMs);
      if (leases.size === 0 && requests.used(nowMs) === 0 && tokens.used(nowMs) === 0)
        this.subjects.delete(name);
    }
    for (const [name, { period }] of this.spends) {
      if (period.endsAtMs + KEEP_PERIOD_MS < nowMs) this.spends.delete(name);
    }
  }
}

const nameOf = ({ kind, id }: Subject): string => `${kind} ${id}`;

function expire(leases: Map<string, Lease>, nowMs: number): void {
  for (const [callId, { expiresAtMs }] of leases) if (expiresAtMs <= nowMs) leases.delete(callId);
}

function sumOf(leases: ReadonlyMap<string, Lease>, what: 'reserve' | 'atMost'): bigint {
  let sum = 0n;
  for (const lease of leases.values()) sum += lease[what];
  return sum;
}

function keepUnrecorded(spend: SpendState, callId: string, cost: bigint): void {
  spend.unrecordedSum += cost - (spend.unrecorded.get(callId) ?? 0n);
  spend.unrecorded.set(callId, cost);
}
