import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../install/paths.mjs';

const QUIET_MS = 200;

/**
 * Calls `changed` after each burst of changes to TypeScript files below the folders, never twice at a time; until
 * `signal`.
 */
export async function watchSources(
  folders: readonly string[],
  changed: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const onChange = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(changed);
    }, QUIET_MS);
  };
  await Promise.all(folders.map((folder) => watchFolder(join(root, folder), onChange, signal)));
  clearTimeout(timer);
  await running;
}

async function watchFolder(path: string, onChange: () => void, signal: AbortSignal): Promise<void> {
  try {
    for await (const { filename } of watch(path, { recursive: true, signal })) {
      if (filename !== null && /(?<!\.spec)\.ts$/.test(filename)) onChange();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
