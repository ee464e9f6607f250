import { SERVER } from '../build/build-target.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { runCommand } from '../process/run-command.ts';
import { StoppedError } from '../process/task-error.ts';
import type { Task } from './task.ts';

/** `npm run simulator [-- --port 8011]` */
export const simulator: Task = async (args, stop) => {
  await ensureBuilt([SERVER], stop.requested);
  const command = ['--enable-source-maps', 'dist/server/simulator/src/main.js', ...args];
  try {
    return (await runCommand(process.execPath, command, { signal: stop.requested })).exitCode;
  } catch (error) {
    // Being stopped is how a simulator ends.
    if (error instanceof StoppedError) return 0;
    throw error;
  }
};
