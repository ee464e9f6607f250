import { DIMENSIONS, SUMS, sumsOf, TIMES, type RollupTable } from './internal/insert-records.js';

/** Runs one statement. */
export type RunSql = (sql: string) => Promise<{ readonly rows: readonly unknown[] }>;

export interface RollupDifference {
  readonly table: RollupTable;
  /** The row: time and dimensions. */
  readonly row: Readonly<Record<string, string>>;
  readonly column: string;
  /** By a recount of the records; '-' where they know no such row. */
  readonly expected: string;
  readonly found: string;
}

const MAX_ROWS = 100;

/**
 * Where the roll-ups are not the sum of the records, at most 100 rows of each table. Only for times whose records are
 * all kept: the oldest hour and day that still have any may have lost some to retention, and are left out when
 * `sinceOldest` says so. One consistent view is the caller's to give (a transaction).
 */
export async function rollupDifferences(run: RunSql): Promise<readonly RollupDifference[]> {
  const found = await Promise.all([differencesOf('usage_hourly', run), differencesOf('usage_daily', run)]);
  return found.flat();
}

async function differencesOf(table: RollupTable, run: RunSql): Promise<readonly RollupDifference[]> {
  const keys = [TIMES[table].column, ...Object.keys(DIMENSIONS)];
  const sums = Object.keys(SUMS);
  const { rows } = await run(`
    with recount (${[...keys, ...sums].join(', ')}) as (${sumsOf(table, 'usage_records')})
    select ${keys.map((key) => `coalesce(r.${key}, s.${key})::text as ${key}`).join(', ')},
           ${sums.map((sum) => `r.${sum}::text as expected_${sum}, s.${sum}::text as found_${sum}`).join(', ')}
      from recount r full join ${table} s on ${keys.map((key) => `r.${key} = s.${key}`).join(' and ')}
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
