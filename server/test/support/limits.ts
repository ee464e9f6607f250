import type { AdmissionRequest, Settlement, SpendAccount } from '../../src/limits/limit-store.js';
import { periodOf } from '../../src/limits/spend-period.js';
import type { SubjectLimits } from '../../src/limits/subject-limits.js';

export const UNLIMITED = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  maxConcurrency: null,
  budgetDayNanoUsd: null,
  budgetMonthNanoUsd: null,
};

export interface CallOptions {
  readonly subjects?: readonly Partial<SubjectLimits>[];
  readonly tokens?: number;
  readonly reserve?: bigint;
  readonly atMost?: bigint;
  readonly atMs?: number;
}

/** A call of user 1's key 7 with these limits, as admission asks a store. */
export function admissionRequest(callId: string, options: CallOptions = {}): AdmissionRequest {
  const { subjects = [{}], tokens = 0, reserve = 0n, atMost = reserve, atMs = Date.now() } = options;
  return {
    callId,
    userId: 1,
    tokens,
    subjects: subjects.map((given) => {
      const limits: SubjectLimits = { kind: 'key', id: 7, ...UNLIMITED, ...given };
      const { budgetDayNanoUsd: day, budgetMonthNanoUsd: month } = limits;
      const budgets = [
        ...(day === null ? [] : [{ period: periodOf('day', atMs), budget: day }]),
        ...(month === null ? [] : [{ period: periodOf('month', atMs), budget: month }]),
      ];
      return { limits, budgets, reserve, atMost };
    }),
  };
}

export function settlement(
  request: AdmissionRequest,
  options: Partial<Pick<Settlement, 'second' | 'tokensDelta' | 'cost'>> = {},
): Settlement {
  const periods = request.subjects.flatMap(({ budgets }) => budgets.map(({ period }) => period));
  return {
    callId: request.callId,
    userId: request.userId,
    subjects: request.subjects.map(({ limits: { kind, id } }) => ({ kind, id })),
    second: 0,
    tokensDelta: 0,
    cost: 0n,
    periods: [...new Map(periods.map((period) => [period.kind, period])).values()],
    ...options,
  };
}

export function accountsOf({ userId, subjects }: AdmissionRequest): SpendAccount[] {
  return subjects.flatMap(({ limits: { kind, id }, budgets }) =>
    budgets.map(({ period }) => ({ userId, subject: { kind, id }, period })),
  );
}
