import { report } from '../process/report.ts';
import type { StopSignals } from '../process/stop-signals.ts';
import { TaskError } from '../process/task-error.ts';
import type { LaunchSettings } from './launch-settings.ts';
import type { GatewayDatabase } from './open-database.ts';
import { forgetServer, rememberServer } from './previous-server.ts';
import { ServerProcess, type ServerExit } from './server-process.ts';

export interface ServeOptions {
  readonly settings: LaunchSettings;
  readonly database: GatewayDatabase;
  readonly onReady: () => void;
  readonly stop: StopSignals;
}

/**
 * Runs the server until `stop`, its own end or that of its database; it has ended when this settles. Returns the
 * exit code: 0 after a stop that was asked for, otherwise the server's own.
 */
export async function serve({ settings, database, onReady, stop }: ServeOptions): Promise<number> {
  const server = await ServerProcess.start({
    NODE_ENV: process.env.NODE_ENV ?? 'production',
    EMBEDDED_WORKER: process.env.EMBEDDED_WORKER ?? 'true',
    DATABASE_URL: database.url,
  });
  let ready = false;
  void server.ready.then(() => {
    ready = true;
    onReady();
  });
  const end = (): Promise<ServerExit> => server.stop(settings.shutdownTimeoutMs, stop.insisted);
  try {
    await rememberServer(settings.dataDir, server.pid);
    const exit = await Promise.race([server.exited, aborted(stop.requested), database.failed]);
    if (exit !== 'aborted') return exitCodeOf(exit, ready);
    if (ready) report('stopping: open answers go on to their end (once more to stop at once)');
    await end();
    return 0;
  } catch (error) {
    await end();
    throw error;
  } finally {
    await forgetServer(settings.dataDir);
  }
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted');
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted')));
}

/** Nobody asked for this end. One before the server was ready is a start that failed, and it has said why. */
function exitCodeOf({ code, signal }: ServerExit, ready: boolean): number {
  if (!ready && code !== null && code !== 0) return code;
  throw new TaskError(`The server ended unexpectedly (${signal ?? `exit code ${code}`}).`, code || 1);
}
