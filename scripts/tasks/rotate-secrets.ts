import { SERVER } from '../build/build-target.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { claimDataDir } from '../gateway/claim-data-dir.ts';
import { readLaunchSettings } from '../gateway/launch-settings.ts';
import { openDatabase } from '../gateway/open-database.ts';
import { runCommand } from '../process/run-command.ts';
import type { Task } from './task.ts';

/** `npm run secrets:rotate`: on the database of `npm start`, which has to be stopped, or on DATABASE_URL. */
export const rotateSecrets: Task = async (_args, stop) => {
  const settings = readLaunchSettings(process.env);
  await claimDataDir(settings.dataDir);
  await ensureBuilt([SERVER], stop.requested);
  const database = await openDatabase(settings, stop.requested);
  try {
    const command = ['--enable-source-maps', 'dist/server/server/src/rotate-secrets.main.js'];
    const { exitCode } = await runCommand(process.execPath, command, {
      signal: stop.requested,
      env: { DATABASE_URL: database.url },
    });
    return exitCode;
  } finally {
    await database.stop(stop.insisted.aborted);
  }
};
