import type { AdmissionRequest, SubjectRequest, SubjectStanding } from './limit-store.js';
import { nanoUsdText } from './nano-usd.js';

interface Count {
  readonly limit: number;
  readonly used: number;
  readonly resetMs: number;
}

/**
 * What is left, in Anthropic's own header names where it has some. Where key and owner both have a limit the one
 * with less left is told.
 */
export function limitHeaders(
  { subjects }: AdmissionRequest,
  standings: readonly SubjectStanding[],
  nowMs: number,
): Record<string, string> {
  const pairs = subjects.flatMap((subject, index) => {
    const standing = standings[index];
    return standing === undefined ? [] : [{ subject, standing }];
  });
  const requests = pairs.map(({ subject: { limits }, standing }) =>
    countOf(limits.requestsPerMinute, standing.requests, standing.requestsResetMs),
  );
  const tokens = pairs.map(({ subject: { limits }, standing }) =>
    countOf(limits.tokensPerMinute, standing.tokens, standing.tokensResetMs),
  );
  const concurrency = pairs.map(({ subject: { limits }, standing }) =>
    countOf(limits.maxConcurrency, standing.concurrency, 0),
  );
  return {
    ...rateHeaders('anthropic-ratelimit-requests', tightest(requests), nowMs),
    ...rateHeaders('anthropic-ratelimit-tokens', tightest(tokens), nowMs),
    ...concurrencyHeaders(tightest(concurrency)),
    ...budgetHeaders('day', pairs),
    ...budgetHeaders('month', pairs),
  };
}

function rateHeaders(name: string, count: Count | null, nowMs: number): Record<string, string> {
  if (count === null) return {};
  return {
    [`${name}-limit`]: String(count.limit),
    [`${name}-remaining`]: String(Math.max(0, count.limit - count.used)),
    [`${name}-reset`]: new Date(nowMs + count.resetMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  };
}

function concurrencyHeaders(count: Count | null): Record<string, string> {
  if (count === null) return {};
  return {
    'x-ccs-concurrency-limit': String(count.limit),
    'x-ccs-concurrency-remaining': String(Math.max(0, count.limit - count.used)),
  };
}

function budgetHeaders(
  kind: 'day' | 'month',
  pairs: readonly { readonly subject: SubjectRequest; readonly standing: SubjectStanding }[],
): Record<string, string> {
  let least: { budget: bigint; left: bigint; endsAtMs: number } | null = null;
  for (const { subject, standing } of pairs) {
    const spent = standing.spent[kind];
    const asked = subject.budgets.find(({ period }) => period.kind === kind);
    if (asked === undefined || spent === undefined) continue;
    const left = asked.budget - spent - standing.reserved;
    if (least === null || left < least.left)
      least = { budget: asked.budget, left, endsAtMs: asked.period.endsAtMs };
  }
  if (least === null) return {};
  return {
    [`x-ccs-budget-${kind}-limit`]: nanoUsdText(least.budget),
    [`x-ccs-budget-${kind}-remaining`]: nanoUsdText(least.left < 0n ? 0n : least.left),
    [`x-ccs-budget-${kind}-reset`]: new Date(least.endsAtMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  };
}

function countOf(limit: number | null, used: number, resetMs: number): Count | null {
  return limit === null ? null : { limit, used, resetMs };
}

function tightest(counts: readonly (Count | null)[]): Count | null {
  return counts.reduce(
    (least, count) =>
      least === null || (count !== null && count.limit - count.used < least.limit - least.used)
        ? (count ?? least)
        : least,
    null,
  );
}
