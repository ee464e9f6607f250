import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVER } from '../build/build-target.ts';
import { root } from '../install/paths.mjs';
import { spawnGroup } from '../process/process-group.ts';

/**
 * A young generation that calls end in: with 8 MB each call is moved twice, and costs a seventh more CPU, for 70 MB less
 * (`npm run bench`; streams.spec.ts prints by how much the process grows while 200 clients stall).
 */
const MEMORY_FLAGS = ['--max-semi-space-size=32'];
/** No debugger on a signal, no environment in a crash report: both hold secrets. */
const SECRECY_FLAGS = ['--disable-sigusr1', '--report-exclude-env'];
const NODE_FLAGS = ['--enable-source-maps', ...MEMORY_FLAGS, ...SECRECY_FLAGS];

/** Beyond SHUTDOWN_TIMEOUT, for closing what is open. */
const STOP_MARGIN_MS = 3000;

export interface ServerExit {
  /** Null: a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built server. It drains on SIGTERM, and also when the channel to this process breaks. */
export class ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  /** Resolves when it listens; never, if it ends before. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    this.exited = new Promise((resolve) => {
      child.on('exit', (code, signal) => resolve({ code, signal }));
    });
    this.ready = new Promise((resolve) => {
      child.on('message', (message) => {
        if (typeof message === 'object' && 'type' in message && message.type === 'ready') resolve();
      });
    });
  }

  /** @param env over this process's environment */
  static async start(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const child = spawnGroup(process.execPath, [...NODE_FLAGS, SERVER.output], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
    });
    await once(child, 'spawn');
    return new ServerProcess(child, child.pid ?? 0);
  }

  /**
   * Lets open answers end, for `drainTimeoutMs` at most, and resolves with the server's end.
   *
   * @param now ends it without waiting any longer
   */
  async stop(drainTimeoutMs: number, now: AbortSignal): Promise<ServerExit> {
    this.#child.kill('SIGTERM');
    const ended = new AbortController();
    const patience = sleep(drainTimeoutMs + STOP_MARGIN_MS, null, {
      signal: AbortSignal.any([now, ended.signal]),
    });
    void patience.catch(() => undefined).then(() => this.#child.kill('SIGKILL'));
    const exit = await this.exited;
    ended.abort();
    return exit;
  }
}
