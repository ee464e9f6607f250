import { PORTAL, SERVER } from '../build/build-target.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { checkPort } from '../gateway/check-port.ts';
import { claimDataDir } from '../gateway/claim-data-dir.ts';
import { readLaunchSettings } from '../gateway/launch-settings.ts';
import { openDatabase } from '../gateway/open-database.ts';
import { awaitPreviousServer } from '../gateway/previous-server.ts';
import { serve } from '../gateway/serve.ts';
import { report } from '../process/report.ts';
import type { Task } from './task.ts';

/** `npm start`: everything on one machine, until it is told to stop. */
export const start: Task = async (_args, stop) => {
  const settings = readLaunchSettings(process.env);
  await claimDataDir(settings.dataDir);
  await awaitPreviousServer(settings.dataDir, settings.shutdownTimeoutMs, stop.requested);
  if (settings.port !== null) await checkPort(settings.host, settings.port);
  await ensureBuilt([SERVER, PORTAL], stop.requested);

  const database = await openDatabase(settings, stop.requested);
  try {
    return await serve({ settings, database, stop, onReady: () => report('ready; Ctrl-C stops everything') });
  } finally {
    await database.stop(stop.insisted.aborted);
  }
};
