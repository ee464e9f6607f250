import type { LimitValues } from './limit-values.js';

/** Whom something is counted for. */
export interface Subject {
  readonly kind: 'key' | 'user';
  readonly id: number;
}

/** The limits of one subject that are counted; at least one is set. */
export interface SubjectLimits extends Subject {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly maxConcurrency: number | null;
  readonly budgetDayNanoUsd: bigint | null;
  readonly budgetMonthNanoUsd: bigint | null;
}

/** Null: nothing has to be counted for the subject. */
export function subjectLimits({ kind, id }: Subject, values: LimitValues): SubjectLimits | null {
  const { requestsPerMinute, tokensPerMinute, maxConcurrency, budgetDayNanoUsd, budgetMonthNanoUsd } = values;
  const counted = {
    requestsPerMinute,
    tokensPerMinute,
    maxConcurrency,
    budgetDayNanoUsd,
    budgetMonthNanoUsd,
  };
  const isLimited = Object.values(counted).some((limit) => limit !== null);
  return isLimited ? Object.freeze({ kind, id, ...counted }) : null;
}
