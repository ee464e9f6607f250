import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Shorter entries cannot be the core of a password that is long enough. */
const MIN_ENTRY_LENGTH = 6;

/** Unpacking 49,000 entries takes some 60 ms: in a thread, which also takes its memory along when it ends. */
const READER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { dictionary } = require(workerData.list);
  parentPort.postMessage(dictionary['passwords-common'].filter((entry) => entry.length >= workerData.minLength));
`;

let entries: Promise<ReadonlySet<string>> | null = null;

/** What people choose most, in lower case, from lists of leaked passwords. Read when it is first asked for. */
export function commonPasswords(): Promise<ReadonlySet<string>> {
  entries ??= read().catch((error: unknown) => {
    // The next one who asks tries again.
    entries = null;
    throw error;
  });
  return entries;
}

async function read(): Promise<ReadonlySet<string>> {
  const list = createRequire(import.meta.url).resolve('@zxcvbn-ts/language-common');
  const worker = new Worker(READER, { eval: true, workerData: { list, minLength: MIN_ENTRY_LENGTH } });
  const { promise, resolve, reject } = Promise.withResolvers<ReadonlySet<string>>();
  worker.once('message', (found: readonly string[]) => resolve(new Set(found)));
  worker.once('error', reject);
  worker.once('exit', () => reject(new Error('The list of common passwords was not read')));
  return promise;
}
