/** A UTC day or month that a budget is for. */
export interface SpendPeriod {
  readonly kind: 'day' | 'month';
  /** `2026-11-25`, `2026-11`: part of the names things are kept under. */
  readonly label: string;
  /** `2026-11-01`: its first day. */
  readonly firstDay: string;
  /** Milliseconds since the epoch at which the next one begins. */
  readonly endsAtMs: number;
}

/** The day and the month a moment lies in. */
export function periodOf(kind: SpendPeriod['kind'], atMs: number): SpendPeriod {
  const at = new Date(atMs);
  const day = at.toISOString().slice(0, 10);
  if (kind === 'day') {
    const endsAtMs = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1);
    return { kind, label: day, firstDay: day, endsAtMs };
  }
  const month = day.slice(0, 7);
  const endsAtMs = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
  return { kind, label: month, firstDay: `${month}-01`, endsAtMs };
}

/** When a request id (`req_` and a UUIDv7) was made: the first 48 bits are milliseconds. Usage is dated by it too. */
export function timeOfRequestId(requestId: string): number {
  return Number.parseInt(requestId.replace(/^req_/, '').replaceAll('-', '').slice(0, 12), 16);
}
