import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoundedLog } from '../process/bounded-log.ts';
import { StoppedError } from '../process/task-error.ts';
import { endPostmaster } from './end-postmaster.ts';
import { giveWay, sharedBuffers } from './machine-share.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import type { ServerUser } from './server-user.ts';
import { spawnPostgres } from './spawn-postgres.ts';

const POLL_MS = 20;
const LOG_LINES_TOLD = 10;

export interface PostmasterOptions {
  readonly user: ServerUser;
  readonly dataDirectory: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: BoundedLog;
  /** Gives the start up. */
  readonly signal: AbortSignal;
}

/** PostgreSQL ended before it was ready; the message is what it said last. */
export class PostmasterStartError extends Error {}

/** A running PostgreSQL server. */
export class Postmaster {
  /** Settles when it has ended, for whatever reason, with a word on how. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = once(child, 'exit').then(
      ([code, signal]) => String(signal ?? `exit code ${String(code)}`),
      (error: unknown) => String(error),
    );
  }

  /** `atOnce`: without a checkpoint; the next start recovers from the log, nothing is lost. */
  async stop(atOnce: boolean): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    await endPostmaster(pid, this.ended, atOnce);
  }
}

/**
 * Starts PostgreSQL and waits until it takes connections, however long recovery takes. Throws
 * `PostmasterStartError`, or `StoppedError` after `signal`.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { user, dataDirectory, port, settings, log, signal } = options;
  const all = { shared_buffers: sharedBuffers(), ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', dataDirectory, '-p', String(port), ...flags];
  const child = spawnPostgres(user, 'postgres', args, ['ignore', 'ignore', 'pipe']);
  if (child.stderr !== null) log.follow(child.stderr);
  const postmaster = new Postmaster(child);
  // Before it has any children: they inherit it.
  if (child.pid !== undefined) await giveWay(child.pid);
  let running = true;
  const ended = postmaster.ended.then(() => void (running = false));
  while (running) {
    const file = await readPostmasterFile(dataDirectory);
    if (file?.pid === child.pid && file?.status === 'ready') return postmaster;
    if (signal.aborted) {
      await postmaster.stop(true);
      throw new StoppedError();
    }
    await Promise.race([sleep(POLL_MS), ended]);
  }
  throw new PostmasterStartError(log.lastLines(LOG_LINES_TOLD));
}
