import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../install/paths.mjs';
import { runNodeCommand } from '../process/run-command.ts';
import { TaskError } from '../process/task-error.ts';
import { fingerprint } from './fingerprint.ts';

/** Something that is built as one. */
export interface BuildTarget {
  readonly name: string;
  /** Files and folders whose content decides whether a build is stale. */
  readonly sources: readonly string[];
  /** There after a build; its folder belongs to the build alone. */
  readonly output: string;
  /** The command below node_modules, and its arguments. */
  readonly command: readonly [string, ...string[]];
}

const COMPILERS = ['package-lock.json', 'tsconfig.base.json'];

export const SERVER: BuildTarget = {
  name: 'server',
  sources: [
    ...['server/src', 'libs', 'simulator/src', 'bench/src'],
    ...['nest-cli.json', 'server/tsconfig.json', '.swcrc', ...COMPILERS],
  ],
  output: 'dist/server/server/src/main.js',
  command: ['@nestjs/cli/bin/nest.js', 'build'],
};

export const PORTAL: BuildTarget = {
  name: 'portal',
  sources: ['admin', 'libs', 'angular.json', ...COMPILERS],
  output: 'dist/admin/index.html',
  command: ['@angular/cli/bin/ng.js', 'build', '--progress=false'],
};

export async function isStale(target: BuildTarget): Promise<boolean> {
  if (!existsSync(join(root, target.output))) return true;
  const built = await readFile(stampFile(target), 'utf8').catch(() => null);
  return built !== (await sourceFingerprint(target));
}

/** Throws `TaskError` with what the compiler said. */
export async function buildTarget(target: BuildTarget, signal: AbortSignal): Promise<void> {
  const stamp = stampFile(target);
  // Gone until the build has succeeded: what an interrupted one left behind is stale.
  await rm(stamp, { force: true });
  const sources = await sourceFingerprint(target);
  const [command, ...args] = target.command;
  const { exitCode, output } = await runNodeCommand(command, args, {
    signal,
    capture: true,
    env: { NG_CLI_ANALYTICS: 'false', ...(process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}) },
  });
  if (exitCode !== 0 || !existsSync(join(root, target.output))) {
    throw new TaskError(`${output.trim()}\n\nThe ${target.name} could not be built.`);
  }
  await mkdir(dirname(stamp), { recursive: true });
  await writeFile(stamp, sources);
}

const sourceFingerprint = (target: BuildTarget): Promise<string> =>
  fingerprint(root, target.sources, (path) => path.endsWith('.spec.ts'));

/** Beside the output's folder: a build empties that first. */
const stampFile = (target: BuildTarget): string => join(root, 'dist', `.${target.name}-built-from`);
