import { once } from 'node:events';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { endGroup } from '../process/process-group.ts';
import { StoppedError, TaskError } from '../process/task-error.ts';
import type { ServerUser } from './server-user.ts';
import { spawnPostgres } from './spawn-postgres.ts';

export const ROLE = 'ccswitch';
export const DATABASE = 'ccswitch';

/** Passwords over TCP from this machine, nothing else: the superuser has none and cannot sign in. */
const HOST_BASED_AUTHENTICATION = 'host all all 127.0.0.1/32 scram-sha-256\n';

export interface ClusterOptions {
  readonly user: ServerUser;
  /** Must not exist; its parent must. Afterwards there is a whole cluster, or nothing. */
  readonly directory: string;
  /** Of the role that owns the one database. Letters, digits, `-` and `_`. */
  readonly password: string;
  /** Nobody will miss it: nothing is flushed to disk, and the role may do everything. */
  readonly throwAway: boolean;
  readonly signal: AbortSignal;
}

/** Makes a PostgreSQL cluster with one role and one database. Throws `TaskError` with what initdb said. */
export async function createCluster({
  user,
  directory,
  password,
  throwAway,
  signal,
}: ClusterOptions): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (user.owner !== null) await chown(unfinished, user.owner.uid, user.owner.gid);
  try {
    const flags = [
      '-U',
      'postgres',
      '--auth=trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-instructions',
      ...flush(throwAway),
    ];
    await run(user, 'initdb', ['-D', unfinished, ...flags], '', signal);
    await writeFile(join(unfinished, 'pg_hba.conf'), HOST_BASED_AUTHENTICATION, { flush: true });
    const single = ['--single', '-D', unfinished, '-c', 'exit_on_error=true', 'postgres'];
    await run(user, 'postgres', single, roleAndDatabase(password, throwAway), signal);
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** One flush of the file system takes a fraction of the time of one per file. */
function flush(throwAway: boolean): readonly string[] {
  if (throwAway) return ['--no-sync'];
  return process.platform === 'linux' ? ['--sync-method=syncfs'] : [];
}

/** One command a line, as the single-user mode wants them. */
const roleAndDatabase = (password: string, throwAway: boolean): string =>
  `create role ${ROLE} login ${throwAway ? 'superuser' : 'createdb'} password '${password}'\n` +
  `create database ${DATABASE} owner ${ROLE}\n`;

async function run(
  user: ServerUser,
  program: 'initdb' | 'postgres',
  args: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) throw new StoppedError();
  const child = spawnPostgres(user, program, args, ['pipe', 'ignore', 'pipe']);
  const stop = (): void => void endGroup(child);
  signal.addEventListener('abort', stop);
  try {
    child.stdin?.on('error', () => undefined).end(input);
    const said = child.stderr === null ? Promise.resolve('') : text(child.stderr);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (signal.aborted) throw new StoppedError();
    if (exitCode !== 0)
      throw new TaskError(`The database could not be set up. ${program} said:\n${await said}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
