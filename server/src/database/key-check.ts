import type { DataSource } from 'typeorm';
import { StartupError } from '../config/startup-error.js';
import { type SealedPlace, SecretBox } from './secret-box.js';

const SETTING = 'encryption_key_check';
const PLACE: SealedPlace = { table: 'settings', column: 'value', row: SETTING };
const PLAIN = 'cc-switch';

/**
 * Stops the start when this database was written with another ENCRYPTION_KEY: its stored secrets could not be
 * read and none of its API keys would be known. The first start of a database leaves the check behind.
 */
export async function checkEncryptionKey(database: Pick<DataSource, 'query'>, box: SecretBox): Promise<void> {
  await database.query(
    `insert into settings (key, value) values ($1, to_jsonb($2::text)) on conflict (key) do nothing`,
    [SETTING, box.seal(PLAIN, PLACE)],
  );
  const [row] = await database.query<{ value: string }[]>(
    `select value #>> '{}' as value from settings where key = $1`,
    [SETTING],
  );
  try {
    box.open(row?.value ?? '', PLACE);
  } catch (error) {
    throw new StartupError(
      'ENCRYPTION_KEY is not the key this database was written with. Set the original one (if it was generated, it ' +
        'is the file encryption.key in the original DATA_DIR), rotate to the new one with npm run secrets:rotate, ' +
        'or use an empty database.',
      { cause: error },
    );
  }
}
