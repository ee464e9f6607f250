import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, isAlive } from '../process/process-identity.ts';
import { report } from '../process/report.ts';
import { sendSignal } from '../process/send-signal.ts';
import { endPostmaster } from './end-postmaster.ts';
import { readPostmasterFile } from './postmaster-file.ts';

const POLL_MS = 25;

/**
 * Ends the PostgreSQL that a killed start left running on `dataDirectory`, so that the next one is a child of its
 * own start again, with its binaries and its settings. The caller holds the lock of DATA_DIR: nobody uses it.
 */
export async function endOrphan(dataDirectory: string): Promise<void> {
  const found = await readPostmasterFile(dataDirectory);
  if (found !== null && (await isPostgresOn(dataDirectory, found.pid))) {
    report('PostgreSQL of an earlier start that was killed is still running: taking it over');
    await endPostmaster(found.pid, hasEnded(found.pid), false);
  }
  // What is left of a killed one. If its id is another process's by now, or that of a zombie nobody waits for,
  // PostgreSQL would believe itself running.
  const left = await readPostmasterFile(dataDirectory);
  if (left !== null && sendSignal(left.pid, 0))
    await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
}

async function isPostgresOn(dataDirectory: string, pid: number): Promise<boolean> {
  const command = await commandOf(pid);
  if (command === null || !/(^|[\\/])postgres(\.exe)? /.test(command)) return false;
  if (process.platform !== 'linux') return command.includes(dataDirectory);
  // PostgreSQL works in its data directory, which may have been moved since it was named.
  const [own, its] = await Promise.all([
    stat(dataDirectory, { bigint: true }),
    stat(`/proc/${pid}/cwd`, { bigint: true }).catch(() => null),
  ]);
  return its === null ? command.includes(dataDirectory) : its.ino === own.ino && its.dev === own.dev;
}

async function hasEnded(pid: number): Promise<void> {
  while (await isAlive(pid)) await sleep(POLL_MS);
}
