import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const nodeModules = join(root, 'node_modules');

/** Names the lock file and the platform that `node_modules` was installed for. */
export const installStampFile = join(nodeModules, '.cc-switch-installed');

/** What the stamp must say for `node_modules` to be up to date. */
export function installStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** @returns {string | null} null: never installed, or interrupted */
export function readInstallStamp() {
  try {
    return readFileSync(installStampFile, 'utf8');
  } catch {
    return null;
  }
}
