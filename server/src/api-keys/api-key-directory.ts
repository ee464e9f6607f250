import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { StoreUnavailableError } from '../errors/gateway-state-errors.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { ReadThroughCache } from '../shared-state/read-through-cache.js';
import { ApiKeyDigest } from './api-key-digest.js';
import { hasApiKeyShape } from './api-key-format.js';
import type { KeyRecord, KeyStanding } from './key-record.js';
import { KeyRecordsRepository } from './key-records.repository.js';

const UNKNOWN: KeyStanding = Object.freeze({ known: false });

/**
 * Who a key belongs to. Once a key has been seen the answer comes from memory, at once and without the database;
 * a change (revocation, disabled owner) is taken in through the change feed. While the database is away keys go
 * on working for PRINCIPAL_MAX_STALE.
 */
@Injectable()
export class ApiKeyDirectory {
  private readonly cache: ReadThroughCache<KeyRecord>;

  constructor(
    records: KeyRecordsRepository,
    private readonly digest: ApiKeyDigest,
    private readonly changes: ChangeFeed,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {
    this.cache = new ReadThroughCache<KeyRecord>({
      load: (digests) => records.byDigest(digests),
      maxEntries: 20_000,
      negativeMs: 1_000,
      deadlineMs: 2_000,
      now: Date.now,
    });
    changes.subscribe('principals', () => this.cache.refresh());
  }

  /**
   * A promise only for a key that is not in memory. Throws, or rejects with, `StoreUnavailableError` when neither
   * a yes nor a no can be given.
   */
  find(key: string): KeyStanding | Promise<KeyStanding> {
    if (!hasApiKeyShape(key)) return UNKNOWN;
    const found = this.cache.get(this.digest.of(key));
    return found instanceof Promise ? found.then((record) => this.judge(record)) : this.judge(found);
  }

  private judge(record: KeyRecord | null): KeyStanding {
    if (record === null) return UNKNOWN;
    const now = Date.now();
    if (now - this.changes.confirmedAtMs > this.environment.principalMaxStaleMs)
      throw new StoreUnavailableError();
    if (now < record.expiresAtMs || record.standing.refusal !== null) return record.standing;
    return { known: true, principal: null, refusal: record.expiredAs };
  }
}
