import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { StoreUnavailableError } from '../errors/gateway-state-errors.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ReadThroughCache } from '../shared-state/read-through-cache.js';
import { SessionRepository } from './session.repository.js';
import type { SessionRecord } from './session-record.js';

/** Live sessions by id, from memory once asked for; ends come through the change feed. */
@Injectable()
export class SessionDirectory {
  private readonly cache: ReadThroughCache<SessionRecord>;

  constructor(
    repository: SessionRepository,
    private readonly changes: ChangeFeed,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.cache = new ReadThroughCache<SessionRecord>({
      load: async (ids) => {
        const sessions = await repository.recordsById(ids.map(Number));
        return new Map(sessions.map((session) => [String(session.id), session]));
      },
      maxEntries: 20_000,
      negativeMs: 1_000,
      deadlineMs: 2_000,
      now: Date.now,
    });
    changes.subscribe('sessions', () => this.cache.refresh());
  }

  /** Null: over, or never was. Rejects with `StoreUnavailableError` when that cannot be known. */
  async find(id: number): Promise<SessionRecord | null> {
    const session = await this.cache.get(String(id));
    if (session === null) return null;
    if (Date.now() - this.changes.confirmedAtMs > this.environment.principalMaxStaleMs) {
      throw new StoreUnavailableError();
    }
    return session.expiresAtMs > Date.now() ? session : null;
  }

  /** For whoever ended one here: this process knows of it when it resolves. */
  catchUp(): Promise<void> {
    return this.changes.catchUp('sessions');
  }
}
