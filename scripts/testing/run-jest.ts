import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { report as say } from '../process/report.ts';
import { runNodeCommand } from '../process/run-command.ts';
import { countTests, type TestCounts } from './test-counts.ts';

// Jest loads ES modules through Node's experimental vm API.
const NODE_FLAGS = '--experimental-vm-modules --no-warnings=ExperimentalWarning';
const JEST = 'jest/bin/jest.js';
// Not in the temporary directory, which is another one for each run.
const CACHE = '--cacheDirectory=node_modules/.cache/jest';
const POLL_MS = 500;
const ENDING_MS = 15_000;

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

/** Prints what Jest prints, and counts. Ends a Jest that has reported but does not end by itself. */
export async function runJest({ args, env, directory, signal }: JestRun): Promise<TestCounts> {
  const report = join(directory, `jest-report-${randomUUID()}.json`);
  const hanging = new AbortController();
  const ended = new AbortController();
  void hangsAfter(report, ended.signal).then(
    () => {
      say('Jest has reported and does not end: a test left something open. Ending it');
      hanging.abort();
    },
    () => undefined,
  );
  const exitCode = await runNodeCommand(JEST, ['--json', `--outputFile=${report}`, CACHE, ...args], {
    signal: AbortSignal.any([signal, hanging.signal]),
    env: { ...env, NODE_OPTIONS: nodeOptions() },
  })
    .then((result) => result.exitCode)
    .catch((error: unknown) => {
      if (signal.aborted || !hanging.signal.aborted) throw error;
      // What failed stands in its report.
      return 0;
    })
    .finally(() => ended.abort());
  return countTests(await readFile(report, 'utf8').catch(() => null), exitCode);
}

/** Resolves when Jest has reported and a while later is still there; rejects after `ended`. */
async function hangsAfter(report: string, ended: AbortSignal): Promise<void> {
  while (!existsSync(report)) await sleep(POLL_MS, null, { signal: ended });
  await sleep(ENDING_MS, null, { signal: ended });
}

const nodeOptions = (): string => [process.env.NODE_OPTIONS, NODE_FLAGS].filter(Boolean).join(' ');
