import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from '../install/exclusive-lock.mjs';
import { TaskError } from '../process/task-error.ts';

/**
 * Makes the directory if need be and takes it for this process, for as long as it lives. Throws `TaskError` when
 * it cannot be written or another gateway has it.
 */
export async function claimDataDir(dataDir: string): Promise<void> {
  const identity = await openDirectory(dataDir).catch((error: unknown) => {
    throw new TaskError(`DATA_DIR: ${dataDir} cannot be used: ${reason(error)}`);
  });
  const lock = await tryLock(identity);
  if (!('heldBy' in lock)) return;
  const holder = lock.heldBy === null ? '' : ` (process ${lock.heldBy})`;
  throw new TaskError(
    `DATA_DIR: ${dataDir} is in use by another gateway${holder}. ` +
      'Stop that one, or choose another directory and port: DATA_DIR=./data2 PORT=8001 npm start',
  );
}

/** The directory itself, by whatever path it is reached. */
async function openDirectory(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const probe = join(dataDir, `.write-test-${process.pid}`);
  await writeFile(probe, '');
  await rm(probe);
  const { dev, ino } = await stat(dataDir, { bigint: true });
  return `data directory ${dev}:${ino}`;
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there. Choose another directory: DATA_DIR=… npm start';
    case 'EROFS':
      return 'the file system is read-only. Choose another directory: DATA_DIR=… npm start';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'there is a file in its place. Choose another directory: DATA_DIR=… npm start';
    case 'ENOSPC':
      return 'the disk is full.';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
