import { execFile } from 'node:child_process';
import { chown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TaskError } from '../process/task-error.ts';
import { postgresProgram } from './binaries.ts';

const run = promisify(execFile);

/** As whom PostgreSQL runs: it refuses to be root. */
export interface ServerUser {
  /** A command that runs the rest of its arguments as that user. */
  readonly wrapper: readonly string[];
  /** For `spawn`, where no wrapper is to be had. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** The owner its files must have. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

const NOBODY = 65_534;
const SAME_USER: ServerUser = { wrapper: [], ids: {}, owner: null };

/**
 * An ordinary user runs PostgreSQL himself. For root, in this order:
 * 1. A user namespace gives the process another id while its files stay root's.
 * 2. Where the kernel or the container forbids that: another user who keeps the right to pass through root's
 *    directories (a clone under /root is closed to all others), so that binaries and data stay where they are.
 *    `no_setuid_fixup` makes access(2) honour that right; PostgreSQL asks it for its own program.
 * 3. Simply another user; the way to the files must be open then.
 * Data that an ordinary user made stays his.
 *
 * @param dataDirectory may not exist yet
 */
export async function chooseServerUser(dataDirectory: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return SAME_USER;
  const files = await stat(dataDirectory).catch(() => ({ uid: 0, gid: 0 }));
  const namespaced: ServerUser = {
    wrapper: ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`],
    ids: {},
    owner: { uid: 0, gid: 0 },
  };
  if (files.uid === 0 && (await canRun(namespaced))) return namespaced;

  const owner = files.uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid: files.uid, gid: files.gid };
  const capable: ServerUser = {
    wrapper: [
      ...['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'],
      ...['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'],
    ],
    ids: {},
    owner,
  };
  if (await canRun(capable)) return capable;

  const plain: ServerUser = { wrapper: [], ids: owner, owner };
  if (await canRun(plain)) return plain;
  throw new TaskError(
    'PostgreSQL does not run as root, and here it cannot be run as anybody else: user namespaces and setpriv are ' +
      'not available, and other users cannot reach this directory. Run this as an ordinary user, or set DATABASE_URL.',
  );
}

/** Gives the files to the user who must own them; nothing if they are his already. */
export async function giveFilesTo(user: ServerUser, directory: string): Promise<void> {
  if (user.owner === null || (await stat(directory)).uid === user.owner.uid) return;
  const { uid, gid } = user.owner;
  for (const entry of await readdir(directory, { recursive: true }))
    await chown(join(directory, entry), uid, gid);
  // Last, so that an interruption is made up for.
  await chown(directory, uid, gid);
}

async function canRun(user: ServerUser): Promise<boolean> {
  const [command = '', ...args] = [...user.wrapper, postgresProgram('postgres'), '--version'];
  return run(command, args, { ...user.ids, cwd: '/' }).then(
    () => true,
    () => false,
  );
}
