// Runs one npm command; `up.mjs` has installed what is needed and starts this on the pinned Node.
import { listenForStopSignals, type StopSignals } from './process/stop-signals.ts';
import { StoppedError, TaskError } from './process/task-error.ts';
import type { Task } from './tasks/task.ts';

const TASKS: Readonly<Record<string, () => Promise<Task>>> = {
  start: async () => (await import('./tasks/start.ts')).start,
  dev: async () => (await import('./tasks/dev.ts')).dev,
  build: async () => (await import('./tasks/build.ts')).build,
  test: async () => (await import('./tasks/test.ts')).test,
  check: async () => (await import('./tasks/check.ts')).check,
  lint: async () => (await import('./tasks/lint.ts')).lint,
  format: async () => (await import('./tasks/format.ts')).format,
  simulator: async () => (await import('./tasks/simulator.ts')).simulator,
  'secrets:rotate': async () => (await import('./tasks/rotate-secrets.ts')).rotateSecrets,
  bench: async () => (await import('./tasks/bench.ts')).bench,
  'access:matrix': async () => (await import('./tasks/access-matrix.ts')).accessMatrix,
  'audit:verify': () => administration('audit:verify'),
  'config:export': () => administration('config:export'),
  'usage:verify': async () => (await import('./tasks/usage-verify.ts')).usageVerify,
  ci: async () => (await import('./tasks/ci.ts')).ci,
};

const administration = async (name: string): Promise<Task> =>
  (await import('./tasks/administer.ts')).administer(name);

// A terminal or pipe that went away must not keep anything from being stopped in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const [command = '', ...rest] = process.argv.slice(2);
process.exit(await run(command, rest, listenForStopSignals()));

async function run(name: string, args: readonly string[], stop: StopSignals): Promise<number> {
  const load = TASKS[name];
  if (load === undefined) {
    process.stderr.write(`There is no command '${name}'. The commands: ${Object.keys(TASKS).join(', ')}\n`);
    return 1;
  }
  try {
    const task = await load();
    return await task(args, stop);
  } catch (error) {
    if (error instanceof StoppedError) return stop.exitCode;
    process.stderr.write(`\n${inWords(error)}\n`);
    return error instanceof TaskError ? error.exitCode : 1;
  }
}

/** A stack only for what nobody expected. */
function inWords(error: unknown): string {
  if (error instanceof TaskError) return error.message;
  return `Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
