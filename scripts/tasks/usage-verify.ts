import { SERVER } from '../build/build-target.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { claimDataDir } from '../gateway/claim-data-dir.ts';
import { readLaunchSettings } from '../gateway/launch-settings.ts';
import { openDatabase } from '../gateway/open-database.ts';
import { runCommand } from '../process/run-command.ts';
import type { Task } from './task.ts';

/**
 * `npm run usage:verify`: compares journal, records and roll-ups. On the database that `npm start` brings it needs the
 * data directory for itself; with DATABASE_URL it runs beside a gateway at work.
 */
export const usageVerify: Task = async (_args, stop) => {
  const settings = readLaunchSettings(process.env);
  if (settings.databaseUrl === null) await claimDataDir(settings.dataDir);
  await ensureBuilt([SERVER], stop.requested);
  const database = await openDatabase(settings, stop.requested);
  try {
    const { exitCode } = await runCommand(process.execPath, ['dist/server/server/src/verify-usage.main.js'], {
      signal: stop.requested,
      env: { DATABASE_URL: database.url, DATA_DIR: settings.dataDir },
    });
    return exitCode;
  } finally {
    await database.stop(stop.insisted.aborted);
  }
};
