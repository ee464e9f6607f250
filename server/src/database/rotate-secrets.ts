import { DataSource, type EntityManager } from 'typeorm';
import type { MasterSecrets } from '../config/master-secrets.js';
import type { Secret } from '../config/secret.js';
import { StartupError } from '../config/startup-error.js';
import { loadDigestKey } from './digest-key.js';
import { checkEncryptionKey } from './key-check.js';
import { migrate } from './migrate.js';
import { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.js';
import { SecretBox, UnreadableSecretError, isSealed, type SealedPlace } from './secret-box.js';

/** Bodies of a call are up to megabytes long: so many are held at a time. */
const PAGE_ROWS = 25;

export interface Rotation {
  /** Values that were sealed with the previous key. */
  readonly resealed: number;
  /** Values that had the new one already. */
  readonly untouched: number;
}

/**
 * Seals everything stored with the new key, in one transaction: all of it or, when one value cannot be read, nothing.
 * Running it again does no harm and catches what a process with the previous key wrote meanwhile. Throws
 * `StartupError`.
 */
export async function rotateSecrets(
  databaseUrl: Secret,
  previousSecrets: MasterSecrets,
  newSecrets: MasterSecrets,
): Promise<Rotation> {
  const [previous, next] = [new SecretBox(previousSecrets), new SecretBox(newSecrets)];
  if (previous.keyId === next.keyId) {
    throw new StartupError(
      'PREVIOUS_ENCRYPTION_KEY and ENCRYPTION_KEY are the same: there is nothing to rotate.',
    );
  }
  await migrate(databaseUrl);
  const database = new DataSource({ type: 'postgres', url: databaseUrl.reveal(), poolSize: 1 });
  await database.initialize();
  try {
    const boxes = { previous, next };
    return await database.transaction((transaction) => rotateAll(transaction, boxes, previousSecrets));
  } finally {
    await database.destroy();
  }
}

async function rotateAll(
  transaction: EntityManager,
  boxes: Boxes,
  previousSecrets: MasterSecrets,
): Promise<Rotation> {
  const tables = [...new Set(SEALED_COLUMNS.map(({ table }) => table))].sort();
  await transaction.query(`lock table ${tables.join(', ')} in share row exclusive mode`);
  await leaveDigestKeyBehind(transaction, boxes, previousSecrets);
  let [resealed, untouched] = [0, 0];
  for (const column of SEALED_COLUMNS) {
    const counts = await rotateColumn(transaction, column, boxes);
    resealed += counts.resealed;
    untouched += counts.untouched;
  }
  return { resealed, untouched };
}

/**
 * A database of an older version has no digest key yet: the previous key makes it, as a start would. Throws
 * `StartupError` when the previous key is not the one the database was written with.
 */
async function leaveDigestKeyBehind(
  transaction: EntityManager,
  { previous, next }: Boxes,
  previousSecrets: MasterSecrets,
): Promise<void> {
  const opens = (box: SecretBox): Promise<boolean> =>
    checkEncryptionKey(transaction, box).then(
      () => true,
      () => false,
    );
  if (await opens(next)) return;
  if (!(await opens(previous))) {
    throw new StartupError(
      'PREVIOUS_ENCRYPTION_KEY is not the key this database was written with. Nothing was changed.',
    );
  }
  await loadDigestKey(transaction, previous, previousSecrets);
}

interface Boxes {
  readonly previous: SecretBox;
  readonly next: SecretBox;
}

interface SealedRow {
  readonly id: string | number;
  readonly value: unknown;
}

async function rotateColumn(
  transaction: EntityManager,
  column: SealedColumn,
  boxes: Boxes,
): Promise<Rotation> {
  let [resealed, untouched] = [0, 0];
  let page = await readPage(transaction, column, null);
  while (page.length > 0) {
    for (const row of page) {
      const counts = await rotateRow(transaction, column, row, boxes);
      resealed += counts.resealed;
      untouched += counts.untouched;
    }
    page = await readPage(transaction, column, page.at(-1)?.id ?? null);
  }
  return { resealed, untouched };
}

/** The rows that follow `after`, by their primary key. */
function readPage(
  transaction: EntityManager,
  { table, id, name, isText }: SealedColumn,
  after: string | number | null,
): Promise<readonly SealedRow[]> {
  return transaction.query<SealedRow[]>(
    `select ${id} as id, ${isText ? `to_jsonb(${name})` : name} as value from ${table}
     where ${name} is not null ${after === null ? '' : `and ${id} > $1`} order by ${id} limit ${PAGE_ROWS}`,
    after === null ? [] : [after],
  );
}

async function rotateRow(
  transaction: EntityManager,
  column: SealedColumn,
  row: SealedRow,
  { previous, next }: Boxes,
): Promise<Rotation> {
  const { table, id, name } = column;
  let [resealed, untouched] = [0, 0];
  const value = mapSealed(row.value, column, (text, path) => {
    const place: SealedPlace = { table, column: path, row: row.id };
    if (next.made(text)) {
      untouched += 1;
      return text;
    }
    resealed += 1;
    return next.seal(open(previous, text, place), place);
  });
  if (resealed > 0) {
    const stored = column.isText ? `$2::jsonb #>> '{}'` : '$2::jsonb';
    await transaction.query(`update ${table} set ${name} = ${stored} where ${id} = $1`, [
      row.id,
      JSON.stringify(value),
    ]);
  }
  return { resealed, untouched };
}

/** A text, or an object one level deep. */
function mapSealed(
  value: unknown,
  { name, placePerMember }: SealedColumn,
  map: (text: string, path: string) => string,
): unknown {
  if (typeof value === 'string') return isSealed(value) ? map(value, name) : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      typeof member === 'string' && isSealed(member)
        ? map(member, placePerMember ? `${name}.${key}` : name)
        : member,
    ]),
  );
}

function open(box: SecretBox, sealed: string, place: SealedPlace): string {
  try {
    return box.open(sealed, place).reveal();
  } catch (error) {
    if (!(error instanceof UnreadableSecretError)) throw error;
    const { table, column, row } = place;
    throw new StartupError(
      `${table}.${column} of ${row} can be read with neither key. Set it anew in the portal, or take it out. ` +
        'Nothing was changed.',
      { cause: error },
    );
  }
}
