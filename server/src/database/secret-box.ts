import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { MasterSecrets } from '../config/master-secrets.js';
import { Secret } from '../config/secret.js';

const FORMAT = 'gcm1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where a sealed value lives; it can be opened nowhere else. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string | number;
}

/** A stored secret cannot be opened: sealed with another key, moved from another row, or damaged. */
export class UnreadableSecretError extends Error {
  constructor(place: SealedPlace, options?: ErrorOptions) {
    super(
      `${place.table}.${place.column} of ${place.row} cannot be decrypted with this ENCRYPTION_KEY`,
      options,
    );
    this.name = 'UnreadableSecretError';
  }
}

/**
 * Encrypts what is stored: AES-256-GCM, random 96-bit nonce, bound to its place by the additional data. A sealed
 * value reads `gcm1.<key id>.<base64url of nonce, ciphertext and tag>`; the key id is public and says which key
 * made it.
 */
export class SecretBox {
  readonly #key: Uint8Array;
  readonly keyId: string;

  constructor(secrets: MasterSecrets) {
    this.#key = secrets.keyFor('stored-secrets');
    this.keyId = createHash('sha256').update('key id').update(this.#key).digest('hex').slice(0, 8);
  }

  seal(plain: string, place: SealedPlace): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(additionalData(place));
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${FORMAT}.${this.keyId}.${sealed.toString('base64url')}`;
  }

  /** Whether a sealed value was made with this key. */
  made(sealed: string): boolean {
    return sealed.startsWith(`${FORMAT}.${this.keyId}.`);
  }

  /** Throws `UnreadableSecretError`. */
  open(sealed: string, place: SealedPlace): Secret {
    const [format, keyId, body = ''] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64url');
    if (format !== FORMAT || keyId !== this.keyId || bytes.length < NONCE_BYTES + TAG_BYTES) {
      throw new UnreadableSecretError(place);
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(additionalData(place));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const plain = Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
      return new Secret(plain.toString('utf8'));
    } catch (error) {
      throw new UnreadableSecretError(place, { cause: error });
    }
  }
}

/** Whether a stored text is a sealed value, whatever key made it. */
export function isSealed(text: string): boolean {
  return text.startsWith(`${FORMAT}.`);
}

function additionalData({ table, column, row }: SealedPlace): Buffer {
  return Buffer.from(`${table}:${column}:${row}`);
}
