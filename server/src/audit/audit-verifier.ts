import { Injectable } from '@nestjs/common';
import { AuditRepository } from './internal/audit.repository.js';
import { CHAIN_START, chainHash } from './internal/hash-chain.js';

export interface AuditVerification {
  /** Events that are as they were written. */
  readonly verified: number;
  /** Hash of the last of them, hex; kept elsewhere it shows later whether the end was cut off. */
  readonly lastHash: string;
  /** Number and problem of the first event that is not; null: all are. */
  readonly broken: { readonly id: number; readonly problem: string } | null;
}

const BATCH = 1000;

/** Recomputes the chain from its beginning. */
@Injectable()
export class AuditVerifier {
  constructor(private readonly repository: AuditRepository) {}

  async verify(): Promise<AuditVerification> {
    let previous: Buffer = CHAIN_START;
    let verified = 0;
    for (;;) {
      const events = await this.repository.following(verified, BATCH);
      for (const event of events) {
        const problem =
          event.id !== verified + 1
            ? `event ${verified + 1} is missing`
            : chainHash(previous, event).equals(event.hash)
              ? null
              : 'its content, or that of an event before it, was changed';
        if (problem !== null)
          return { verified, lastHash: previous.toString('hex'), broken: { id: event.id, problem } };
        previous = event.hash;
        verified = event.id;
      }
      if (events.length < BATCH) return { verified, lastHash: previous.toString('hex'), broken: null };
    }
  }
}
