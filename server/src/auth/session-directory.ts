import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { RecordDirectory } from '../shared-state/record-directory.js';
import { SessionRepository } from './session.repository.js';
import type { SessionRecord } from './session-record.js';

const MAX_ENTRIES = 20_000;

/** Live sessions by id, from memory once asked for; ends come through the change feed. */
@Injectable()
export class SessionDirectory {
  private readonly sessions: RecordDirectory<SessionRecord>;

  constructor(
    repository: SessionRepository,
    private readonly changes: ChangeFeed,
    @Inject(ENVIRONMENT) environment: Environment,
  ) {
    this.sessions = new RecordDirectory(changes, {
      topic: 'sessions',
      load: async (ids) => {
        const sessions = await repository.recordsById(ids.map(Number));
        return new Map(sessions.map((session) => [String(session.id), session]));
      },
      maxEntries: MAX_ENTRIES,
      maxStaleMs: environment.principalMaxStaleMs,
    });
  }

  /** Null: over, or never was. Rejects with `StoreUnavailableError` when that cannot be known. */
  async find(id: number): Promise<SessionRecord | null> {
    const session = await this.sessions.find(String(id));
    return session !== null && session.expiresAtMs > Date.now() ? session : null;
  }

  /** For whoever ended one here: this process knows of it when it resolves. */
  catchUp(): Promise<void> {
    return this.changes.catchUp('sessions');
  }
}
