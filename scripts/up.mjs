// The entry of every npm script. Any Node from 18 up, no packages: installs what is missing, then runs the task on
// the pinned Node and passes signals and the exit code on.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { installPackages } from './install/install-packages.mjs';
import { nodeModules, root } from './install/paths.mjs';
import { findSuitableNode } from './install/pinned-node.mjs';

const PARENT_CHECK_MS = 500;
/** @type {readonly NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

await main();

async function main() {
  // A terminal or pipe that went away must not keep anything from being stopped in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const installing = new AbortController();
  /** @type {(signal: NodeJS.Signals) => void} */
  let onSignal = (signal) => {
    process.exitCode = 128 + constants.signals[signal];
    installing.abort();
  };
  for (const signal of SIGNALS) process.on(signal, () => onSignal(signal));
  if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(() => onSignal('SIGTERM'));

  try {
    await installPackages(report, installing.signal);
  } catch (error) {
    if (!installing.signal.aborted) fail(error instanceof Error ? error.message : String(error));
    process.exit();
  }
  if (installing.signal.aborted) process.exit();

  const task = runTask();
  onSignal = (signal) => task.kill(signal);
}

function runTask() {
  const node = findSuitableNode();
  if (node === null) {
    fail(
      `There is no pinned Node for ${process.platform}-${process.arch}, and Node ${process.version} is too old. ` +
        'Install Node 26.',
    );
    process.exit();
  }
  const task = spawn(node, [join(root, 'scripts', 'run.ts'), ...process.argv.slice(2)], {
    cwd: root,
    // The task stops when this channel closes, so it does not outlive a killed parent.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      // What V8 compiled once, for every Node below: the compilers, the server, Jest. Where it cannot be written,
      // Node goes without.
      NODE_COMPILE_CACHE: join(nodeModules, '.cache', 'node'),
      ...process.env,
      PATH: [join(nodeModules, '.bin'), process.env.PATH].join(delimiter),
    },
  });
  task.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
  });
  return task;
}

/**
 * A killed npm, or the shell that npm may put between, passes no signal on.
 *
 * @param {() => void} orphaned
 */
function whenOrphaned(orphaned) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    orphaned();
  }, PARENT_CHECK_MS);
  timer.unref();
}

/** @param {string} message */
function report(message) {
  process.stderr.write(`cc-switch: ${message}\n`);
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exitCode = 1;
}
