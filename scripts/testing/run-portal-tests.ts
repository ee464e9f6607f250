import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../install/paths.mjs';
import { runNodeCommand } from '../process/run-command.ts';
import { countTests, NO_TESTS, type TestCounts } from './test-counts.ts';

/** The portal's tests, by Angular's own runner. Prints what that prints, and counts. */
export async function runPortalTests(directory: string, signal: AbortSignal): Promise<TestCounts> {
  if (!(await hasTests())) return NO_TESTS;
  const report = join(directory, 'portal-report.json');
  const flags = ['--watch=false', '--reporters=default', '--reporters=json', `--output-file=${report}`];
  const { exitCode } = await runNodeCommand('@angular/cli/bin/ng.js', ['test', ...flags], {
    signal,
    env: { NG_CLI_ANALYTICS: 'false' },
  });
  return countTests(await readFile(report, 'utf8').catch(() => null), exitCode);
}

async function hasTests(): Promise<boolean> {
  const sources = join(root, 'admin', 'src');
  return (
    existsSync(sources) &&
    (await readdir(sources, { recursive: true })).some((file) => file.endsWith('.spec.ts'))
  );
}
