import type { DataSource } from 'typeorm';
import type { MasterSecrets } from '../config/master-secrets.js';
import { type SealedPlace, SecretBox } from './secret-box.js';

const SETTING = 'api_key_digest_key';
export const DIGEST_KEY_PLACE: SealedPlace = { table: 'settings', column: 'value', row: SETTING };

/**
 * The key under which API keys are known by their digest. Keys are stored nowhere, so their digests cannot be made
 * again: this key stays the same for the life of the database, sealed, while ENCRYPTION_KEY may be rotated.
 */
export class DigestKey {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** 32 bytes. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  toJSON(): string {
    return '[secret]';
  }
}

/** The first start of a database leaves it behind. Throws `UnreadableSecretError`. */
export async function loadDigestKey(
  database: Pick<DataSource, 'query'>,
  box: SecretBox,
  secrets: MasterSecrets,
): Promise<DigestKey> {
  const first = Buffer.from(secrets.keyFor('api-key-digest')).toString('base64url');
  await database.query(
    `insert into settings (key, value) values ($1, to_jsonb($2::text)) on conflict (key) do nothing`,
    [SETTING, box.seal(first, DIGEST_KEY_PLACE)],
  );
  const [row] = await database.query<{ value: string }[]>(
    `select value #>> '{}' as value from settings where key = $1`,
    [SETTING],
  );
  return new DigestKey(Buffer.from(box.open(row?.value ?? '', DIGEST_KEY_PLACE).reveal(), 'base64url'));
}
