import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { withLock } from './exclusive-lock.mjs';
import { installStamp, installStampFile, readInstallStamp, root } from './paths.mjs';
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
  return readInstallStamp() === installStamp();
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
