import { randomBytes } from 'node:crypto';
import { access, constants, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoundedLog } from '../process/bounded-log.ts';
import { freePort } from '../process/free-port.ts';
import { report, withProgress } from '../process/report.ts';
import { StoppedError, TaskError } from '../process/task-error.ts';
import { postgresMajorVersion } from './binaries.ts';
import { createCluster, DATABASE, ROLE } from './create-cluster.ts';
import { endOrphan } from './end-orphan.ts';
import { PostmasterStartError, startPostmaster, type Postmaster } from './postmaster.ts';
import { chooseServerUser, giveFilesTo, type ServerUser } from './server-user.ts';

const START_ATTEMPTS = 6;
const RETRY_PAUSE_MS = 250;
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 600_000;
const MAX_LOG_BYTES = 5_000_000;

type StartPostmaster = (giveUp: AbortSignal) => Promise<Postmaster>;

/** Durable by PostgreSQL's own defaults. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

/** What passes by itself: the rest of a killed server, or a port that somebody else took in between. */
const TRANSIENT = /shared memory block|lock file "postmaster\.pid"|could not bind|could not create any TCP/;

/**
 * The PostgreSQL of one DATA_DIR, kept running until `stop`. The caller holds the lock of that directory for as
 * long. Its files: `postgres/` (the cluster), `postgres.password`, `postgres.log`.
 */
export class EmbeddedPostgres {
  /** The same after a restart. */
  readonly url: string;
  /** Rejects with a `TaskError` when PostgreSQL ended and could not be started again; never resolves. */
  readonly failed: Promise<never>;
  readonly #watch: Promise<void>;
  readonly #stopping = new AbortController();
  readonly #start: StartPostmaster;
  #postmaster: Postmaster;

  private constructor(url: string, postmaster: Postmaster, start: StartPostmaster) {
    this.url = url;
    this.#postmaster = postmaster;
    this.#start = start;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.failed.catch(() => undefined);
    this.#watch = this.#keepRunning().catch(reject);
  }

  /** Makes the cluster first if there is none. Throws `TaskError` in words, `StoppedError` after `signal`. */
  static async start(dataDir: string, signal: AbortSignal): Promise<EmbeddedPostgres> {
    const directory = join(dataDir, 'postgres');
    await refuseForeignCluster(directory);
    const user = await chooseServerUser(directory);
    const password = await openCluster(dataDir, user, signal);
    await endOrphan(directory);
    await giveFilesTo(user, directory);

    const log = new BoundedLog(join(dataDir, 'postgres.log'), MAX_LOG_BYTES);
    const start = (port: number, giveUp: AbortSignal): Promise<Postmaster> =>
      startPostmaster({ user, dataDirectory: directory, port, settings: SETTINGS, log, signal: giveUp });
    let port = 0;
    const postmaster = await withRetries(signal, async () => {
      port = await freePort();
      return start(port, signal);
    });
    const url = `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
    return new EmbeddedPostgres(url, postmaster, (giveUp) => start(port, giveUp));
  }

  /** Ends PostgreSQL and stops watching it. `atOnce`: see `Postmaster.stop`. */
  async stop(atOnce: boolean): Promise<void> {
    this.#stopping.abort();
    await this.#postmaster.stop(atOnce);
    await this.#watch;
  }

  async #keepRunning(): Promise<void> {
    const stopping = this.#stopping.signal;
    const restarts: number[] = [];
    for (;;) {
      const how = await this.#postmaster.ended;
      if (stopping.aborted) return;
      const now = performance.now();
      restarts.push(now);
      if (restarts.filter((at) => now - at < RESTART_WINDOW_MS).length > MAX_RESTARTS) {
        throw new TaskError(`PostgreSQL ended again and again (${how}).`);
      }
      report(`PostgreSQL ended unexpectedly (${how}): starting it again`);
      this.#postmaster = await withRetries(stopping, () => this.#start(stopping));
      report('PostgreSQL is running again');
    }
  }
}

async function refuseForeignCluster(directory: string): Promise<void> {
  if ((await stat(directory).catch(() => null)) === null) return;
  try {
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const made = Number(await readFile(join(directory, 'PG_VERSION'), 'utf8'));
    const brought = await postgresMajorVersion();
    if (made === brought) return;
    throw new TaskError(
      `DATA_DIR: ${directory} was made by PostgreSQL ${made}, and this version of CC Switch brings ${brought}. ` +
        `Start with a new DATA_DIR, or run PostgreSQL ${made} on that directory yourself and set DATABASE_URL.`,
    );
  } catch (error) {
    if (error instanceof TaskError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TaskError(`DATA_DIR: the database in ${directory} cannot be used by this user (${reason}).`);
  }
}

/** The password of the cluster's role; makes the cluster if there is none. */
async function openCluster(dataDir: string, user: ServerUser, signal: AbortSignal): Promise<string> {
  const directory = join(dataDir, 'postgres');
  const passwordFile = join(dataDir, 'postgres.password');
  if ((await stat(directory).catch(() => null)) !== null) {
    return (await readFile(passwordFile, 'utf8').catch(() => missingPassword(passwordFile))).trim();
  }
  const password = randomBytes(24).toString('base64url');
  // Before the cluster: if that exists, so does its password.
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flush: true });
  await withProgress(`setting up a database in ${directory}`, () =>
    createCluster({ user, directory, password, throwAway: false, signal }),
  );
  return password;
}

function missingPassword(file: string): never {
  throw new TaskError(
    `DATA_DIR: ${file} is missing or cannot be read. It holds the password of the database.`,
  );
}

/** Crash recovery, a killed server's last processes and a taken port pass by themselves. */
async function withRetries(signal: AbortSignal, start: () => Promise<Postmaster>): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof PostmasterStartError)) throw error;
      if (attempt === START_ATTEMPTS || !TRANSIENT.test(error.message)) {
        throw new TaskError(`PostgreSQL did not start. It said:\n${error.message}`, 1, { cause: error });
      }
    }
    await sleep(RETRY_PAUSE_MS * attempt, null, { signal }).catch(() => {
      throw new StoppedError();
    });
  }
}
