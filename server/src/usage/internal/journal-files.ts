import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The system calls of the journal, so that tests can have a full disk. Failures are thrown as Node throws them. */
export interface JournalFiles {
  create(path: string): number;
  /** Returns how many bytes were taken. */
  write(fd: number, bytes: Buffer): number;
  truncate(fd: number, length: number): void;
  sync(fd: number): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  close(fd: number): void;
}

const dataSync = promisify(fdatasync);

export const SYSTEM_FILES: JournalFiles = {
  create: (path) => openSync(path, 'ax', 0o600),
  write: (fd, bytes) => writeSync(fd, bytes),
  truncate: (fd, length) => ftruncateSync(fd, length),
  sync: (fd) => dataSync(fd),
  syncDirectory: async (path) => {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
  close: (fd) => closeSync(fd),
};
