import { Injectable } from '@nestjs/common';
import type { LimitStore, SpendAccount } from './limit-store.js';
import type { RecordedSpendRepository } from './recorded-spend.repository.js';

/** An account nobody asked for in this time is left alone. */
const ACTIVE_MS = 60_000;
/** A call that has to know what was spent waits for the database this long. */
const DEADLINE_MS = 2_000;
const MAX_ACCOUNTS_PER_READ = 200;

interface ActiveAccount {
  readonly account: SpendAccount;
  seenAtMs: number;
}

/**
 * Keeps what the store says was spent in step with what the database has recorded: brings it where it is missing
 * (first use, a new day, an emptied Redis), and again every two seconds while an account is in use. Always the whole
 * sum, never a difference, so that it does not matter how many processes do it, or how often.
 */
@Injectable()
export class SpendAccounts {
  private readonly active = new Map<string, ActiveAccount>();
  private readonly bringing = new Map<string, Promise<void>>();

  constructor(
    private readonly store: LimitStore,
    private readonly recorded: Pick<RecordedSpendRepository, 'read'>,
    private readonly now: () => number,
  ) {}

  touch(accounts: readonly SpendAccount[]): void {
    for (const account of accounts) this.active.set(nameOf(account), { account, seenAtMs: this.now() });
  }

  /** Resolves when the store knows what was spent. Rejects when store or database are away. */
  async bring(accounts: readonly SpendAccount[]): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error('The database did not answer in time')), DEADLINE_MS);
    try {
      await Promise.race([Promise.all(accounts.map((account) => this.bringOne(account))), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** All accounts in use. Rejects like `bring`; what was not done then is done next time. */
  async reconcile(): Promise<void> {
    const since = this.now() - ACTIVE_MS;
    for (const [name, { seenAtMs }] of this.active) if (seenAtMs < since) this.active.delete(name);
    const accounts = [...this.active.values()].map(({ account }) => account);
    for (let start = 0; start < accounts.length; start += MAX_ACCOUNTS_PER_READ) {
      await this.take(accounts.slice(start, start + MAX_ACCOUNTS_PER_READ));
    }
  }

  /** However many calls wait for an account, it is read once. */
  private bringOne(account: SpendAccount): Promise<void> {
    const name = nameOf(account);
    const under = this.bringing.get(name);
    if (under !== undefined) return under;
    const brought = this.take([account]).finally(() => this.bringing.delete(name));
    this.bringing.set(name, brought);
    return brought;
  }

  private async take(accounts: readonly SpendAccount[]): Promise<void> {
    const questions: { account: SpendAccount; calls: readonly string[] }[] = [];
    for (const account of accounts) {
      const calls = await this.store.unrecorded(account);
      if (calls !== null) questions.push({ account, calls });
    }
    for (const spend of await this.recorded.read(questions)) await this.store.putRecorded(spend);
  }
}

const nameOf = ({ subject: { kind, id }, period }: SpendAccount): string => `${kind} ${id} ${period.label}`;
