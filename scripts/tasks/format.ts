import { runNodeCommand } from '../process/run-command.ts';
import type { Task } from './task.ts';

/** `npm run format [-- paths]` */
export const format: Task = async (args, stop) => {
  const { exitCode } = await runNodeCommand(
    'prettier/bin/prettier.cjs',
    ['--write', '--log-level=warn', ...(args.length > 0 ? args : ['.'])],
    { signal: stop.requested },
  );
  return exitCode;
};
