import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallRecord } from './call-record.js';
import { readFinalLines } from './internal/journal-lines.js';
import { batchesOf } from './usage-batch.js';
import { rollupDifferences, type RollupDifference, type RunSql } from './usage-differences.js';

/** What journal, records and roll-ups say of one another. */
export interface UsageAudit {
  /** In the database. */
  readonly records: number;
  readonly deadLetters: number;
  /** In segments that are still there. */
  readonly journalRecords: number;
  /** Of those, the ones the database does not have yet; the shipper brings them. */
  readonly waiting: number;
  /** Request ids of records that the database says it has counted, and does not have: never, if all is well. */
  readonly missing: readonly string[];
  /** Segments with a damaged line before their last. */
  readonly damagedSegments: readonly string[];
  readonly differences: readonly RollupDifference[];
}

/** Compares them; changes nothing. `run`: in one consistent view, such as a transaction REPEATABLE READ. */
export async function verifyUsage(dataDir: string, run: RunSql): Promise<UsageAudit> {
  const root = join(dataDir, 'usage', 'journal');
  let journalRecords = 0;
  let waiting = 0;
  const missing: string[] = [];
  const damagedSegments: string[] = [];
  for (const { instance, name, path } of await segmentsBelow(root)) {
    const bytes = await readFile(path).catch(() => null);
    // Deleted since: the database has it.
    if (bytes === null) continue;
    const content = readFinalLines(bytes);
    if (content.damage === 'corrupt') damagedSegments.push(path);
    for (const batch of batchesOf(`${instance}.${name}`, content.finals)) {
      const absent = await absentIds(run, requestIdsOf(batch.records));
      const counted = await exists(run, 'select 1 from usage_batches where batch_id = $1', [batch.batchId]);
      journalRecords += batch.count;
      if (counted) missing.push(...absent);
      else waiting += absent.length;
    }
  }
  return {
    records: await count(run, 'usage_records'),
    deadLetters: await count(run, 'usage_dead_letters'),
    journalRecords,
    waiting,
    missing,
    damagedSegments,
    differences: await rollupDifferences(run),
  };
}

function requestIdsOf(records: string): readonly string[] {
  return (JSON.parse(records) as readonly CallRecord[]).map(({ requestId }) => requestId);
}

interface SegmentFile {
  readonly instance: string;
  readonly name: string;
  readonly path: string;
}

async function segmentsBelow(root: string): Promise<readonly SegmentFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
    .map(({ name, parentPath }) => ({
      instance: (parentPath.split('/').at(-1) ?? '').replace(/^adopted-/, ''),
      name: name.replace(/\.log$/, ''),
      path: join(parentPath, name),
    }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

async function absentIds(run: RunSql, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await run(
    `select asked.id from unnest($1::text[]) as asked (id)
      where not exists (select 1 from usage_records r
                         where r.request_id = asked.id::uuid and r.called_at = usage_time_of(asked.id::uuid))
        and not exists (select 1 from usage_dead_letters d where d.request_id = asked.id)`,
    [ids],
  );
  return (rows as { id: string }[]).map(({ id }) => id);
}

async function exists(run: RunSql, sql: string, values: readonly unknown[]): Promise<boolean> {
  return (await run(sql, values)).rows.length > 0;
}

async function count(run: RunSql, table: 'usage_records' | 'usage_dead_letters'): Promise<number> {
  const { rows } = await run(`select count(*)::int as count from ${table}`);
  return (rows[0] as { count: number }).count;
}
