import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BoundedLog } from '../process/bounded-log.ts';
import { freePort } from '../process/free-port.ts';
import { createCluster, DATABASE, ROLE } from './create-cluster.ts';
import { startPostmaster } from './postmaster.ts';
import { chooseServerUser } from './server-user.ts';

const MAX_LOG_BYTES = 10_000_000;

/** Fast, not durable; many test workers connect at once. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  max_connections: '300',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

export interface ThrowAwayPostgres {
  /** Its role may do everything. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A PostgreSQL for one run, in an existing directory that the caller removes afterwards. */
export async function startThrowAwayPostgres(
  directory: string,
  signal: AbortSignal,
): Promise<ThrowAwayPostgres> {
  const dataDirectory = join(directory, 'postgres');
  const user = await chooseServerUser(dataDirectory);
  const password = randomBytes(18).toString('base64url');
  await createCluster({ user, directory: dataDirectory, password, throwAway: true, signal });
  const port = await freePort();
  const postmaster = await startPostmaster({
    user,
    dataDirectory,
    port,
    settings: SETTINGS,
    log: new BoundedLog(join(directory, 'postgres.log'), MAX_LOG_BYTES),
    signal,
  });
  return {
    url: `postgres://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`,
    stop: () => postmaster.stop(true),
  };
}
