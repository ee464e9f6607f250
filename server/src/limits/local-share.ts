import type { AdmissionOutcome, AdmissionRequest, Settlement } from './limit-store.js';
import { MemoryLimitStore } from './memory-limit-store.js';
import type { SubjectLimits } from './subject-limits.js';

/**
 * Limits while the shared store is away: this process allows its share of them, as if calls came evenly to all. No
 * budgets: what the others spend cannot be known.
 */
export class LocalShare {
  private readonly store: MemoryLimitStore;

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.store = new MemoryLimitStore(now);
  }

  admit(request: AdmissionRequest, replicas: number): AdmissionOutcome {
    return this.store.admitNow(shareOf(request, replicas));
  }

  settle(settlement: Settlement): void {
    this.store.settleNow({ ...settlement, cost: 0n });
  }

  /** All calls of this process, also those that the shared store admitted: they run here. */
  renew(requests: readonly AdmissionRequest[], replicas: number): Promise<void> {
    return this.store.renew(requests.map((request) => shareOf(request, replicas)));
  }
}

function shareOf(request: AdmissionRequest, replicas: number): AdmissionRequest {
  const share = (limit: number | null): number | null =>
    limit === null ? null : Math.max(1, Math.floor(limit / replicas));
  const subjects = request.subjects.map(({ limits }) => {
    const shared: SubjectLimits = {
      ...limits,
      requestsPerMinute: share(limits.requestsPerMinute),
      tokensPerMinute: share(limits.tokensPerMinute),
      maxConcurrency: share(limits.maxConcurrency),
    };
    return { limits: shared, budgets: [], reserve: 0n, atMost: 0n };
  });
  return { ...request, subjects };
}
