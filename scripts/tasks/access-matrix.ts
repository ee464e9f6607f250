import { runTests } from '../testing/run-tests.ts';
import type { Task } from './task.ts';

const SPEC = 'server/test/medium/access-matrix.spec.ts';

/**
 * `npm run access:matrix [-- --all]`: adds the lines of new routes to server/test/matrix/access.txt and takes those of
 * gone ones away; with `--all` all are written anew.
 */
export const accessMatrix: Task = async (args, stop) => {
  process.env.ACCESS_MATRIX = args.includes('--all') ? 'all' : 'missing';
  const counts = await runTests([SPEC], stop.requested);
  return counts.failures.length === 0 ? 0 : 1;
};
