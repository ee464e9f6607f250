import { createHash } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 300;
const ANSWER_TIMEOUT_MS = 1000;
/** unix(7). Node 20 and older fill a shorter abstract address with zeros, newer ones do not: it would be another. */
const SUN_PATH_BYTES = 108;

/**
 * A lock of this machine, held by a listening local socket: it ends with the process, however that ends, and
 * leaves nothing that could be stale. The holder tells its process id to whoever connects.
 *
 * @param {string} name
 * @returns {Promise<{ release(): void } | { heldBy: number | null }>} `heldBy`: the holder's process id, if it told
 */
export async function tryLock(name) {
  const address = addressOf(name);
  for (;;) {
    const release = await listen(address);
    if (release !== null) return { release };
    const holder = await askHolder(address);
    if (holder !== 'gone') return { heldBy: holder };
    removeSocketFile(address);
  }
}

/**
 * Runs `work` while no other process of this machine does work of the same name.
 *
 * @template T
 * @param {string} name
 * @param {() => void} onWait called once if the lock is held by another process
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, onWait, work) {
  let lock = await tryLock(name);
  if ('heldBy' in lock) onWait();
  while ('heldBy' in lock) {
    await sleep(RETRY_MS);
    lock = await tryLock(name);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** @param {string} name */
function addressOf(name) {
  const id = `cc-switch-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${id}`.padEnd(SUN_PATH_BYTES, '\0');
  if (process.platform === 'win32') return `\\\\.\\pipe\\${id}`;
  return `/tmp/${id}.sock`;
}

/**
 * @param {string} address
 * @returns {Promise<(() => void) | null>} null: another process listens there, or left its socket file
 */
function listen(address) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(String(process.pid));
    });
    server.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve(() => server.close());
    });
  });
}

/**
 * @param {string} address
 * @returns {Promise<number | null | 'gone'>}
 */
function askHolder(address) {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(address);
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve('gone');
    });
    socket.on('close', () => resolve(/^\d+$/.test(answer) ? Number(answer) : null));
  });
}

/** Where the lock is a socket file, a killed holder leaves it behind. @param {string} address */
function removeSocketFile(address) {
  if (!address.startsWith('/')) return;
  try {
    unlinkSync(address);
  } catch {
    // Somebody else was quicker.
  }
}
