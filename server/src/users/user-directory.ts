import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { RecordDirectory } from '../shared-state/record-directory.js';
import type { UserAccount } from './user-account.js';
import { UserRepository } from './user.repository.js';

const MAX_ENTRIES = 10_000;

/** Users by id, from memory once asked for; changes come through the feed. For whoever holds a session token. */
@Injectable()
export class UserDirectory {
  private readonly accounts: RecordDirectory<UserAccount>;

  constructor(
    repository: UserRepository,
    changes: ChangeFeed,
    @Inject(ENVIRONMENT) environment: Environment,
  ) {
    this.accounts = new RecordDirectory(changes, {
      topic: 'principals',
      load: async (ids) => {
        const accounts = await repository.accountsById(ids.map(Number));
        return new Map(accounts.map((account) => [String(account.id), account]));
      },
      maxEntries: MAX_ENTRIES,
      maxStaleMs: environment.principalMaxStaleMs,
    });
  }

  /** Null: there is no such user. Rejects with `StoreUnavailableError` when that cannot be known. */
  async find(id: number): Promise<UserAccount | null> {
    return this.accounts.find(String(id));
  }
}
