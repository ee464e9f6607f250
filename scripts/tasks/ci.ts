import { runChecks } from '../checks/run-checks.ts';
import { report } from '../process/report.ts';
import { findRequirements } from '../testing/requirements.ts';
import { addCounts, describeCounts, summarise } from '../testing/test-counts.ts';
import { runTests } from '../testing/run-tests.ts';
import type { Task } from './task.ts';

/** What `.ci/run` runs: the checks and all tests. A check counts as one test. */
export const ci: Task = async (_args, stop) => {
  const signal = stop.requested;
  const [checks] = await Promise.all([
    runChecks({ withUnitTests: false, signal }),
    // The tests look for it again, and find it: 360 MB come down while something else has to be done anyway.
    findRequirements(['claude-code'], signal),
  ]);
  report(`checks: ${describeCounts(checks)}`);
  const tests = await runTests([], signal);
  const counts = addCounts([checks, tests]);
  process.stdout.write(summarise(counts));
  return counts.failures.length === 0 ? 0 : 1;
};
