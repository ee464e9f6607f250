import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { RecordDirectory } from '../shared-state/record-directory.js';
import { ApiKeyDigest } from './api-key-digest.js';
import { hasApiKeyShape } from './api-key-format.js';
import type { KeyRecord, KeyStanding } from './key-record.js';
import { KeyRecordsRepository } from './key-records.repository.js';

const MAX_ENTRIES = 20_000;
const UNKNOWN: KeyStanding = Object.freeze({ known: false });

/**
 * Who a key belongs to. Once a key has been seen the answer comes from memory, at once and without the database;
 * a change (revocation, disabled owner) is taken in through the change feed. While the database is away keys go
 * on working for PRINCIPAL_MAX_STALE.
 */
@Injectable()
export class ApiKeyDirectory {
  private readonly keys: RecordDirectory<KeyRecord>;

  constructor(
    records: KeyRecordsRepository,
    private readonly digest: ApiKeyDigest,
    changes: ChangeFeed,
    @Inject(ENVIRONMENT) environment: Environment,
  ) {
    this.keys = new RecordDirectory(changes, {
      topic: 'principals',
      load: (digests) => records.byDigest(digests),
      maxEntries: MAX_ENTRIES,
      maxStaleMs: environment.principalMaxStaleMs,
    });
  }

  /**
   * A promise only for a key that is not in memory. Throws, or rejects with, `StoreUnavailableError` when neither
   * a yes nor a no can be given.
   */
  find(key: string): KeyStanding | Promise<KeyStanding> {
    if (!hasApiKeyShape(key)) return UNKNOWN;
    const found = this.keys.find(this.digest.of(key));
    return found instanceof Promise ? found.then(standingNow) : standingNow(found);
  }
}

function standingNow(record: KeyRecord | null): KeyStanding {
  if (record === null) return UNKNOWN;
  if (Date.now() < record.expiresAtMs || record.standing.refusal !== null) return record.standing;
  return { known: true, principal: null, refusal: record.expiredAs };
}
