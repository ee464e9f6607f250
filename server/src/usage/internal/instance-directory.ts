import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

const LOCK = 'lock';
const ADOPTED = 'adopted-';
/** Of a directory that is still being made. */
const UNBORN = '.new-';
/** Longest path of a Unix socket that every system takes. */
const MAX_SOCKET_PATH = 100;

/** A directory of the journal that belongs to one living process. */
export interface InstanceDirectory {
  readonly instance: string;
  readonly path: string;
  release(): Promise<void>;
}

/** Where segments of a dead process lie, and what it was called. */
export interface AdoptedDirectory {
  readonly instance: string;
  readonly path: string;
}

/**
 * A directory of its own below `root`, locked as long as this process lives: the lock is a listening socket, which the
 * kernel closes with the process, however that ends. It is there before the directory has its name.
 */
export async function claimDirectory(root: string): Promise<InstanceDirectory> {
  const instance = `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`;
  const unborn = join(root, UNBORN + instance);
  const path = join(root, instance);
  await mkdir(unborn, { recursive: true, mode: 0o700 });
  const lock = createServer((socket) => socket.destroy());
  await onSocketPath(unborn, async (socketPath) => {
    lock.listen(socketPath);
    await once(lock, 'listening');
  });
  lock.unref();
  await rename(unborn, path);
  return { instance, path, release: () => closed(lock) };
}

/**
 * Takes over the directories of dead processes, and what those had taken over. A rename decides between several that
 * try at once.
 */
export async function adoptDirectories(root: string, own: InstanceDirectory): Promise<AdoptedDirectory[]> {
  const names = await readdir(root);
  for (const name of names) {
    const path = join(root, name);
    if (path === own.path || name.startsWith('.') || (await isAlive(path))) continue;
    await rename(path, join(own.path, ADOPTED + name)).catch(() => undefined);
  }
  return flattened(own.path);
}

/** What the dead had adopted themselves lies beside them afterwards. */
async function flattened(path: string): Promise<AdoptedDirectory[]> {
  const waiting = await adoptedIn(path);
  const found: AdoptedDirectory[] = [];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const adopted = join(path, name);
    for (const inner of await adoptedIn(adopted)) {
      await rename(join(adopted, inner), join(path, inner));
      waiting.push(inner);
    }
    await rm(join(adopted, LOCK), { force: true });
    found.push({ instance: name.slice(ADOPTED.length), path: adopted });
  }
  return found;
}

async function adoptedIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(ADOPTED))
    .map(({ name }) => name);
}

async function isAlive(directory: string): Promise<boolean> {
  try {
    return await onSocketPath(directory, async (socketPath) => {
      const socket = connect(socketPath);
      try {
        await once(socket, 'connect');
        return true;
      } finally {
        socket.destroy();
      }
    });
  } catch {
    return false;
  }
}

/** The lock's path within `directory`; by way of an open descriptor where it would be too long for a socket. */
async function onSocketPath<T>(directory: string, use: (socketPath: string) => Promise<T>): Promise<T> {
  const path = join(directory, LOCK);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return use(path);
  const handle = await open(directory, 'r');
  try {
    return await use(`/proc/self/fd/${handle.fd}/${LOCK}`);
  } finally {
    await handle.close();
  }
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
