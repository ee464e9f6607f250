import { SERVER } from '../build/build-target.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { checkPort } from '../gateway/check-port.ts';
import { claimDataDir } from '../gateway/claim-data-dir.ts';
import { readLaunchSettings } from '../gateway/launch-settings.ts';
import { openDatabase } from '../gateway/open-database.ts';
import { ReloadingServer } from '../gateway/reloading-server.ts';
import { awaitPreviousServer } from '../gateway/previous-server.ts';
import { watchSources } from '../gateway/watch-sources.ts';
import { freePort } from '../process/free-port.ts';
import { report } from '../process/report.ts';
import { runNodeCommand } from '../process/run-command.ts';
import { StoppedError, TaskError } from '../process/task-error.ts';
import type { Task } from './task.ts';

const SERVER_FOLDERS = ['server/src', 'libs'];

/**
 * `npm run dev`: Angular's development server answers on the one port and passes calls on to the gateway, which
 * listens on a port of its own and is built and started again when its sources change.
 */
export const dev: Task = async (_args, stop) => {
  const settings = readLaunchSettings(process.env);
  const port = settings.port ?? 8000;
  await claimDataDir(settings.dataDir);
  await awaitPreviousServer(settings.dataDir, settings.shutdownTimeoutMs, stop.requested);
  await checkPort(settings.host, port);
  await ensureBuilt([SERVER], stop.requested);
  const gatewayPort = await freePort();
  const database = await openDatabase(settings, stop.requested);
  const server = new ReloadingServer(settings.dataDir, {
    PUBLIC_URL: process.env.PUBLIC_URL ?? `http://${settings.host}:${port}`,
    HOST: '127.0.0.1',
    PORT: String(gatewayPort),
    DATABASE_URL: database.url,
    EMBEDDED_WORKER: 'true',
  });
  // What ends takes the others along.
  const over = new AbortController();
  const signal = AbortSignal.any([stop.requested, over.signal]);
  const work = [
    servePortal(settings.host, port, gatewayPort, signal),
    watchSources(SERVER_FOLDERS, () => server.reload(signal), signal),
  ];
  try {
    await server.start();
    report(`portal and gateway together: http://${settings.host}:${port}`);
    await Promise.race([...work, database.failed]);
    return 0;
  } catch (error) {
    if (error instanceof StoppedError) return 0;
    throw error;
  } finally {
    over.abort();
    await Promise.allSettled(work);
    await server.stop(stop.insisted);
    await database.stop(stop.insisted.aborted);
  }
};

async function servePortal(
  host: string,
  port: number,
  gatewayPort: number,
  signal: AbortSignal,
): Promise<void> {
  const { exitCode } = await runNodeCommand(
    '@angular/cli/bin/ng.js',
    ['serve', `--host=${host}`, `--port=${port}`, '--proxy-config=admin/proxy.conf.mjs'],
    { signal, env: { NG_CLI_ANALYTICS: 'false', GATEWAY_URL: `http://127.0.0.1:${gatewayPort}` } },
  );
  throw new TaskError(`Angular's development server ended (exit code ${exitCode}).`);
}
