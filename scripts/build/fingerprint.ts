import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * One hash over the names and contents of files and, recursively, folders below `base`. Contents and not times, so
 * that a checkout of an older file counts as a change, and so does a file that was deleted or renamed.
 *
 * @param ignore by path below `base`
 */
export async function fingerprint(
  base: string,
  paths: readonly string[],
  ignore: (path: string) => boolean,
): Promise<string> {
  const files = (await Promise.all(paths.map((path) => listFiles(base, path)))).flat();
  const hash = createHash('sha256');
  for (const file of files.filter((path) => !ignore(path)).sort()) {
    const content = await readFile(join(base, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Nothing for what does not exist. */
async function listFiles(base: string, path: string): Promise<string[]> {
  const kind = await stat(join(base, path)).catch(() => null);
  if (kind === null) return [];
  if (!kind.isDirectory()) return [path];
  const entries = await readdir(join(base, path), { recursive: true, withFileTypes: true });
  const prefix = join(base, '/');
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(prefix.length));
}
