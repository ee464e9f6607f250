import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runNodeCommand } from '../process/run-command.ts';
import { countTests, type TestCounts } from './test-counts.ts';

// Jest loads ES modules through Node's experimental vm API.
const NODE_FLAGS = '--experimental-vm-modules --no-warnings=ExperimentalWarning';
const JEST = 'jest/bin/jest.js';
// Not in the temporary directory, which is another one for each run.
const CACHE = '--cacheDirectory=node_modules/.cache/jest';

export interface JestRun {
  /** Jest's own: patterns and flags. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For the report. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** The files that `args` select. */
export async function listTestFiles(args: readonly string[], signal: AbortSignal): Promise<string[]> {
  const { output } = await runNodeCommand(JEST, ['--listTests', CACHE, ...args], {
    signal,
    capture: true,
    env: { NODE_OPTIONS: nodeOptions() },
  });
  return output.split('\n').filter((line) => line.endsWith('.spec.ts'));
}

/** Prints what Jest prints, and counts. */
export async function runJest({ args, env, directory, signal }: JestRun): Promise<TestCounts> {
  const report = join(directory, `jest-report-${randomUUID()}.json`);
  const { exitCode } = await runNodeCommand(JEST, ['--json', `--outputFile=${report}`, CACHE, ...args], {
    signal,
    env: { ...env, NODE_OPTIONS: nodeOptions() },
  });
  return countTests(await readFile(report, 'utf8').catch(() => null), exitCode);
}

const nodeOptions = (): string => [process.env.NODE_OPTIONS, NODE_FLAGS].filter(Boolean).join(' ');
