import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from './exclusive-lock.mjs';
import { installStamp, installStampFile, nodeModules, readInstallStamp, root } from './paths.mjs';
import { findSuitableNode } from './pinned-node.mjs';
import { setUp } from './set-up.mjs';

const HEARTBEAT_MS = 15_000;
const STOP_MS = 1000;
const windows = process.platform === 'win32';

/**
 * `npm ci`, unless `node_modules` is what package-lock.json says.
 *
 * @param {(message: string) => void} report
 * @param {AbortSignal} signal ends npm; the returned promise then rejects
 */
export async function installPackages(report, signal) {
  if (isInstalled()) return;
  await withLock(
    `install ${root}`,
    () => report('another command is installing the packages here: waiting for it'),
    async () => {
      if (!isInstalled()) await runNpm(report, signal);
    },
  );
}

function isInstalled() {
  if (readInstallStamp() === installStamp()) return true;
  if (!matchesLock()) return false;
  setUp();
  return true;
}

/** After an `npm install` without scripts, or a change of the lock file that changes no package. */
function matchesLock() {
  const installed = readPackages(join(nodeModules, '.package-lock.json'));
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (installed === null || wanted === null || findSuitableNode() === null) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    // Most optional packages are for other platforms.
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version;
  });
}

/**
 * @param {string} lockFile one that npm wrote, or nothing
 * @returns {Record<string, { version?: string, optional?: boolean }> | null}
 */
function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * @param {(message: string) => void} report
 * @param {AbortSignal} signal
 */
async function runNpm(report, signal) {
  rmSync(installStampFile, { force: true });
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  report('installing the packages: once, one to two minutes, about 1 GB');
  const heartbeat = setInterval(() => report(`still installing (${seconds()})`), HEARTBEAT_MS);
  try {
    await npmCi(signal);
  } finally {
    clearInterval(heartbeat);
  }
  // npm ran the same as postinstall, unless it was told to ignore scripts.
  setUp();
  report(`packages installed (${seconds()})`);
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function npmCi(signal) {
  // Development packages build the product, whatever NODE_ENV or the user's npm settings say.
  const flags = ['ci', '--include=dev', '--include=optional', '--prefer-offline', '--no-audit', '--no-fund'];
  if (!process.stderr.isTTY) flags.push('--loglevel=error');
  const [command, ...prefix] = npmCommand();
  return new Promise((resolve, reject) => {
    const npm = spawn(command, [...prefix, ...flags], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: windows && prefix.length === 0,
      detached: !windows,
    });
    const stop = () => endNpm(npm);
    signal.addEventListener('abort', stop);
    npm.on('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    npm.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      if (code === 0) resolve();
      else reject(new Error(`The packages could not be installed: npm ci ended with ${code ?? 'a signal'}.`));
    });
  });
}

/**
 * npm answers SIGTERM when it has finished what it is downloading, minutes later.
 *
 * @param {import('node:child_process').ChildProcess} npm
 */
function endNpm(npm) {
  const { pid } = npm;
  if (pid === undefined) return;
  /** @param {NodeJS.Signals} signal */
  const send = (signal) => {
    try {
      process.kill(windows ? pid : -pid, signal);
    } catch {
      // It has ended.
    }
  };
  send('SIGTERM');
  const timer = setTimeout(() => send('SIGKILL'), STOP_MS);
  npm.on('exit', () => clearTimeout(timer));
}

/**
 * The npm that runs this script, else the one on the PATH.
 *
 * @returns {[string, ...string[]]}
 */
export function npmCommand() {
  const running = process.env.npm_execpath;
  if (running !== undefined && basename(running) === 'npm-cli.js' && existsSync(running)) {
    return [process.env.npm_node_execpath ?? process.execPath, running];
  }
  return ['npm'];
}
