import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DigestKey } from '../database/digest-key.js';

/**
 * What is stored and looked up instead of a key: HMAC-SHA256 under the digest key of the database. A random
 * 256-bit key needs no slow hash; the HMAC keeps whoever can only write to the database from planting keys.
 */
@Injectable()
export class ApiKeyDigest {
  readonly #pepper: Uint8Array;

  constructor(key: DigestKey) {
    this.#pepper = key.reveal();
  }

  /** Lower-case hex. */
  of(key: string): string {
    return createHmac('sha256', this.#pepper).update(key).digest('hex');
  }
}
