import { SERVER } from '../build/build-target.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { startThrowAwayPostgres } from '../postgres/throw-away-postgres.ts';
import { runCommand } from '../process/run-command.ts';
import { withTemporaryDirectory } from '../process/temporary-directory.ts';
import type { Task } from './task.ts';

/** `npm run bench [-- flags]`: on a database of its own. */
export const bench: Task = async (args, stop) => {
  await ensureBuilt([SERVER], stop.requested);
  return withTemporaryDirectory(async (directory) => {
    const postgres = await startThrowAwayPostgres(directory, stop.requested);
    try {
      const command = ['--enable-source-maps', 'dist/server/bench/src/main.js', ...args];
      const { exitCode } = await runCommand(process.execPath, command, {
        signal: stop.requested,
        env: { BENCH_DATABASE_URL: postgres.url, TMPDIR: directory },
      });
      return exitCode;
    } finally {
      await postgres.stop();
    }
  });
};
