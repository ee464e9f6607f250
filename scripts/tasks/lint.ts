import { runNodeCommand } from '../process/run-command.ts';
import type { Task } from './task.ts';

/** `npm run lint [-- paths and flags]` */
export const lint: Task = async (args, stop) => {
  const { exitCode } = await runNodeCommand('eslint/bin/eslint.js', args.length > 0 ? args : ['.'], {
    signal: stop.requested,
  });
  return exitCode;
};
