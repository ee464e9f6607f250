import { summarise } from '../testing/test-counts.ts';
import { runTests } from '../testing/run-tests.ts';
import type { Task } from './task.ts';

/** `npm test [-- Jest's patterns and flags]` */
export const test: Task = async (args, stop) => {
  const counts = await runTests(args, stop.requested);
  process.stdout.write(summarise(counts));
  return counts.failures.length === 0 ? 0 : 1;
};
