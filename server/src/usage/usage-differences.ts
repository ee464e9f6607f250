import { keysOf, ROLLUP_TABLES, sumColumnsOf, sumsOf, type RollupTable } from './rollups.js';

/** Runs one statement. */
export type RunSql = (
  sql: string,
  values?: readonly unknown[],
) => Promise<{ readonly rows: readonly unknown[] }>;

export interface RollupDifference {
  readonly table: RollupTable;
  /** The row: time and dimensions. */
  readonly row: Readonly<Record<string, string>>;
  readonly column: string;
  /** By a recount of the records; '-' where they know no such row. */
  readonly expected: string;
  readonly found: string;
}

/**
 * The row of `settings` (a JSON text, RFC 3339, a midnight of UTC) since when all records are kept; whoever deletes
 * records moves it first. Roll-ups of earlier times have no records to be compared with.
 */
export const RECORDS_KEPT_SINCE = 'usage_records_kept_since';

const MAX_ROWS = 100;

/**
 * Where the roll-ups are not the sum of the records, at most 100 rows of each table, since `RECORDS_KEPT_SINCE`. One
 * consistent view is the caller's to give (a transaction).
 */
export async function rollupDifferences(run: RunSql): Promise<readonly RollupDifference[]> {
  const found: RollupDifference[] = [];
  for (const table of ROLLUP_TABLES) found.push(...(await differencesOf(table, run)));
  return found;
}

const kept = (table: RollupTable): string =>
  table === 'usage_daily' ? `day >= (kept_since at time zone 'UTC')::date` : 'since >= kept_since';

async function differencesOf(table: RollupTable, run: RunSql): Promise<readonly RollupDifference[]> {
  const keys = keysOf(table);
  const sums = Object.keys(sumColumnsOf(table));
  const { rows } = await run(`
    with kept as (
      select coalesce(max((value #>> '{}')::timestamptz), '-infinity') as kept_since
        from settings where key = '${RECORDS_KEPT_SINCE}'
    ), recount (${[...keys, ...sums].join(', ')}) as (${sumsOf(table, '(select * from usage_records, kept where called_at >= kept_since) as records')})
    select ${keys.map((key) => `coalesce(r.${key}, s.${key})::text as ${key}`).join(', ')},
           ${sums.map((sum) => `r.${sum}::text as expected_${sum}, s.${sum}::text as found_${sum}`).join(', ')}
      from recount r full join (select ${table}.* from ${table}, kept where ${kept(table)}) s on ${keys.map((key) => `r.${key} = s.${key}`).join(' and ')}
     where (${sums.map((sum) => `r.${sum}`).join(', ')}) is distinct from (${sums.map((sum) => `s.${sum}`).join(', ')})
     order by 1 limit ${MAX_ROWS}`);
  // The names are those of the statement above.
  return (rows as readonly Record<string, string | null>[]).map((row) => difference(table, keys, sums, row));
}

function difference(
  table: RollupTable,
  keys: readonly string[],
  sums: readonly string[],
  row: Readonly<Record<string, string | null>>,
): RollupDifference {
  const column = sums.find((sum) => row[`expected_${sum}`] !== row[`found_${sum}`]) ?? '';
  return {
    table,
    row: Object.fromEntries(keys.map((key) => [key, row[key] ?? ''])),
    column,
    expected: row[`expected_${column}`] ?? '-',
    found: row[`found_${column}`] ?? '-',
  };
}
