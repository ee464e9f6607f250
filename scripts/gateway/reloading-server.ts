import { SERVER } from '../build/build-target.ts';
import { rebuild } from '../build/ensure-built.ts';
import { report } from '../process/report.ts';
import { StoppedError, TaskError } from '../process/task-error.ts';
import { forgetServer, rememberServer } from './previous-server.ts';
import { ServerProcess } from './server-process.ts';

const DRAIN_MS = 1000;

/** The server while it is being developed: one that ends or does not build waits for the next change. */
export class ReloadingServer {
  readonly #dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  #server: ServerProcess | null = null;

  /** @param env for the server, over this process's environment */
  constructor(dataDir: string, env: Readonly<Record<string, string>>) {
    this.#dataDir = dataDir;
    this.#env = env;
  }

  async start(): Promise<void> {
    const server = await ServerProcess.start(this.#env);
    this.#server = server;
    await rememberServer(this.#dataDir, server.pid);
    void server.exited.then(() => {
      if (this.#server !== server) return;
      this.#server = null;
      report('the server has ended: waiting for a change');
    });
  }

  /** Builds; if that worked, the new server takes the place of the old one. */
  async reload(signal: AbortSignal): Promise<void> {
    try {
      await rebuild([SERVER], signal);
    } catch (error) {
      if (error instanceof StoppedError) return;
      if (!(error instanceof TaskError)) throw error;
      return report(error.message);
    }
    await this.stop(signal);
    if (!signal.aborted) await this.start();
  }

  /** @param now ends it without waiting for open answers */
  async stop(now: AbortSignal): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.stop(DRAIN_MS, now);
    await forgetServer(this.#dataDir);
  }
}
