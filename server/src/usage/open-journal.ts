import { claimDirectory, type InstanceDirectory } from './internal/instance-directory.js';
import { SYSTEM_FILES } from './internal/journal-files.js';
import { Journal, type JournalOptions } from './internal/journal.js';

export interface OpenJournal {
  readonly journal: Journal;
  readonly directory: InstanceDirectory;
}

/** A journal in a directory of its own below `root`, claimed for as long as this process lives. */
export async function openJournal(
  root: string,
  options: Pick<JournalOptions, 'sync' | 'onClosed' | 'onTrouble'>,
): Promise<OpenJournal> {
  const directory = await claimDirectory(root);
  const { path, instance } = directory;
  const journal = new Journal({ ...options, directory: path, instance, files: SYSTEM_FILES, now: Date.now });
  return { journal, directory };
}
