import { hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';

export type SecretPurpose =
  'access-token' | 'refresh-token' | 'oauth-flow' | 'api-key-digest' | 'stored-secrets';

/** Whoever may sign sessions may not read what is stored, and the other way round. */
const OF_JWT_SECRET: ReadonlySet<SecretPurpose> = new Set(['access-token', 'refresh-token', 'oauth-flow']);

/**
 * The two secrets of an installation. Never used themselves: every purpose has a key of its own (HKDF-SHA256,
 * RFC 5869), so that none can stand in for another.
 */
export class MasterSecrets {
  readonly #jwtSecret: Uint8Array;
  readonly #encryptionKey: Uint8Array;

  constructor(jwtSecret: Uint8Array, encryptionKey: Uint8Array) {
    this.#jwtSecret = jwtSecret;
    this.#encryptionKey = encryptionKey;
  }

  /** 32 bytes, the same for the same purpose in every process of the installation. */
  keyFor(purpose: SecretPurpose): Uint8Array {
    const source = OF_JWT_SECRET.has(purpose) ? this.#jwtSecret : this.#encryptionKey;
    return new Uint8Array(hkdfSync('sha256', source, '', `cc-switch/${purpose}/1`, 32));
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
