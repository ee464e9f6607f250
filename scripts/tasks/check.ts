import { runChecks } from '../checks/run-checks.ts';
import { report } from '../process/report.ts';
import type { Task } from './task.ts';

/** `npm run check`: what must be green before a commit. */
export const check: Task = async (_args, stop) => {
  const { passed, failures } = await runChecks({ withUnitTests: true, signal: stop.requested });
  const failed = failures.length;
  report(failed === 0 ? `all ${passed} checks passed` : `${failed} of ${passed + failed} checks failed`);
  return failed === 0 ? 0 : 1;
};
