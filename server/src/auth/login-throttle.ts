import { isIP } from 'node:net';

interface Limit {
  /** Failures in a row that cost nothing. */
  readonly free: number;
}

/** Failures are forgotten after this time without another one. */
const MEMORY_MS = 15 * 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15 * 60_000;
const MAX_ENTRIES = 20_000;

/** One person at one place, one place trying many accounts, one account tried from many places. */
const LIMITS = {
  accountAtAddress: { free: 10 },
  address: { free: 50 },
  account: { free: 100 },
} as const satisfies Record<string, Limit>;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
  readonly blockedUntilMs: number;
}

/**
 * Slows guessing down: after a number of failures in a row each further one doubles the wait. In the memory of one
 * process, bounded. The clock is an argument.
 */
export class LoginThrottle {
  private readonly failures = new Map<string, Failures>();

  /** How many whole seconds the caller has to wait; 0: he may try. */
  waitSeconds(email: string, address: string, nowMs: number): number {
    const waits = keysOf(email, address).map(
      ({ key }) => (this.current(key, nowMs)?.blockedUntilMs ?? 0) - nowMs,
    );
    return Math.ceil(Math.max(0, ...waits) / 1000);
  }

  recordFailure(email: string, address: string, nowMs: number): void {
    for (const { key, limit } of keysOf(email, address)) {
      const count = (this.current(key, nowMs)?.count ?? 0) + 1;
      const excess = count - limit.free;
      const waitMs = excess < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** excess, LONGEST_WAIT_MS);
      this.put(key, { count, lastMs: nowMs, blockedUntilMs: nowMs + waitMs });
    }
  }

  /** What this account did wrong is forgotten; what others tried from the address is not. */
  recordSuccess(email: string, address: string): void {
    for (const { key, kind } of keysOf(email, address)) if (kind !== 'address') this.failures.delete(key);
  }

  private current(key: string, nowMs: number): Failures | undefined {
    const failures = this.failures.get(key);
    if (failures === undefined) return undefined;
    return nowMs > Math.max(failures.lastMs + MEMORY_MS, failures.blockedUntilMs) ? undefined : failures;
  }

  /** The oldest goes when it is full. */
  private put(key: string, failures: Failures): void {
    this.failures.delete(key);
    if (this.failures.size >= MAX_ENTRIES) {
      const oldest = this.failures.keys().next();
      if (oldest.done !== true) this.failures.delete(oldest.value);
    }
    this.failures.set(key, failures);
  }
}

function keysOf(email: string, address: string): { kind: keyof typeof LIMITS; key: string; limit: Limit }[] {
  const place = network(address);
  const keys = {
    accountAtAddress: `both ${place} ${email}`,
    address: `address ${place}`,
    account: `account ${email}`,
  };
  const kinds = ['accountAtAddress', 'address', 'account'] as const;
  return kinds.map((kind) => ({ kind, key: keys[kind], limit: LIMITS[kind] }));
}

/** Who has one IPv6 address has a whole /64 of them. */
function network(address: string): string {
  if (isIP(address) !== 6 || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...middle, ...after].slice(0, 4).join(':');
}
