import { SERVER } from '../build/build-target.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { claimDataDir } from '../gateway/claim-data-dir.ts';
import { readLaunchSettings } from '../gateway/launch-settings.ts';
import { openDatabase } from '../gateway/open-database.ts';
import { runCommand } from '../process/run-command.ts';
import type { Task } from './task.ts';

const COMMAND_MAIN = 'dist/server/server/src/command.main.js';

/**
 * `npm run <name>`: a command of the server on its database. With DATABASE_URL at any time; on the embedded database
 * only while the gateway is stopped, which owns it.
 */
export const administer =
  (name: string): Task =>
  async (args, stop) => {
    const settings = readLaunchSettings(process.env);
    if (settings.databaseUrl === null) await claimDataDir(settings.dataDir);
    await ensureBuilt([SERVER], stop.requested);
    const database = await openDatabase(settings, stop.requested);
    try {
      const { exitCode } = await runCommand(
        process.execPath,
        ['--enable-source-maps', COMMAND_MAIN, name, ...args],
        { signal: stop.requested, env: { DATABASE_URL: database.url } },
      );
      return exitCode;
    } finally {
      await database.stop(stop.insisted.aborted);
    }
  };
