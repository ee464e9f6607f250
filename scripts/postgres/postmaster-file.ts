import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `postmaster.pid`, the file a PostgreSQL server keeps in its data directory (miscadmin.h, LOCK_FILE_LINE_*). */
export interface PostmasterFile {
  readonly pid: number;
  /** `starting`, `stopping`, `ready` or `standby`; empty while the server has not got so far. */
  readonly status: string;
}

/** Null: there is no server, and none was killed. */
export async function readPostmasterFile(dataDirectory: string): Promise<PostmasterFile | null> {
  const content = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => null);
  return content === null ? null : parsePostmasterFile(content);
}

/** Null for a file that is not written to its end. */
export function parsePostmasterFile(content: string): PostmasterFile | null {
  const lines = content.split('\n').map((line) => line.trim());
  // In single-user mode the process id is negative.
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isInteger(pid) || pid === 0) return null;
  return { pid, status: lines[7] ?? '' };
}
