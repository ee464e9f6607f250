import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { StoreUnavailableError } from '../errors/gateway-state-errors.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ReadThroughCache } from '../shared-state/read-through-cache.js';
import type { UserAccount } from './user-account.js';
import { UserRepository } from './user.repository.js';

/** Users by id, from memory once asked for; changes come through the feed. For whoever holds a session token. */
@Injectable()
export class UserDirectory {
  private readonly cache: ReadThroughCache<UserAccount>;

  constructor(
    repository: UserRepository,
    private readonly changes: ChangeFeed,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.cache = new ReadThroughCache<UserAccount>({
      load: async (ids) => {
        const accounts = await repository.accountsById(ids.map(Number));
        return new Map(accounts.map((account) => [String(account.id), account]));
      },
      maxEntries: 10_000,
      negativeMs: 1_000,
      deadlineMs: 2_000,
      now: Date.now,
    });
    changes.subscribe('principals', () => this.cache.refresh());
  }

  /** Null: there is no such user. Rejects with `StoreUnavailableError` when that cannot be known. */
  async find(id: number): Promise<UserAccount | null> {
    const account = await this.cache.get(String(id));
    const staleMs = Date.now() - this.changes.confirmedAtMs;
    if (account !== null && staleMs > this.environment.principalMaxStaleMs) throw new StoreUnavailableError();
    return account;
  }
}
