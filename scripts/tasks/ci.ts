import { runChecks } from '../checks/run-checks.ts';
import { report } from '../process/report.ts';
import { addCounts, describeCounts } from '../testing/test-counts.ts';
import { runTests } from '../testing/run-tests.ts';
import type { Task } from './task.ts';

/** What `.ci/run` runs: the checks and all tests. A check counts as one test. */
export const ci: Task = async (_args, stop) => {
  const checks = await runChecks({ withUnitTests: false, signal: stop.requested });
  report(`checks: ${describeCounts({ ...checks, skipped: 0 })}`);
  const tests = await runTests([], stop.requested);
  const counts = addCounts([{ ...checks, skipped: 0 }, tests]);
  process.stdout.write(`${describeCounts(counts)}\n`);
  return counts.failed === 0 ? 0 : 1;
};
