import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Argon2id with 46 MiB and one pass: the minimum of OWASP ASVS 5, appendix C. About 50 ms of one core. */
const PARAMETERS = { memoryCost: 47_104, timeCost: 1, parallelism: 1 } as const;

/**
 * On Linux a priority is a thread's own: calls go first where both want the same core. Elsewhere it would be the whole
 * process's.
 */
const NICENESS = process.platform === 'linux' ? 10 : 0;

/** Plain JavaScript, so that it runs as it is, compiled or not. */
const THREAD = `
  const { setPriority } = require('node:os');
  const { parentPort, workerData } = require('node:worker_threads');
  const { hashSync, verifySync } = require(workerData.argon2);
  if (workerData.niceness > 0) setPriority(0, workerData.niceness);
  parentPort.on('message', ({ passwordHash, password }) => {
    parentPort.postMessage(
      passwordHash === null ? hashSync(password, workerData.parameters) : verifySync(passwordHash, password),
    );
  });
`;

/** With a hash to compare with: whether it is of this password; without: to be hashed. */
interface HashJob {
  readonly passwordHash: string | null;
  readonly password: string;
}

/** A thread that hashes passwords, one at a time, with less priority than calls. Started when it is first needed. */
export class HashingThread {
  #worker: Worker | null = null;

  /** In PHC format. Not while another job runs. */
  async hash(password: string): Promise<string> {
    return String(await this.#run({ passwordHash: null, password }));
  }

  /** Not while another job runs. */
  async verify(passwordHash: string, password: string): Promise<boolean> {
    return (await this.#run({ passwordHash, password })) === true;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #run(job: HashJob): Promise<unknown> {
    const worker = (this.#worker ??= start());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const fail = (reason: unknown): void => {
      this.#worker = null;
      reject(reason instanceof Error ? reason : new Error(`The hashing thread ended (${String(reason)})`));
    };
    worker.once('message', resolve).once('error', fail).once('exit', fail);
    worker.ref();
    worker.postMessage(job);
    try {
      return await promise;
    } finally {
      worker.off('message', resolve).off('error', fail).off('exit', fail);
      // Idle, it keeps no process alive.
      worker.unref();
    }
  }
}

function start(): Worker {
  const argon2 = createRequire(import.meta.url).resolve('@node-rs/argon2');
  const workerData = { argon2, parameters: PARAMETERS, niceness: NICENESS };
  const worker = new Worker(THREAD, { eval: true, workerData });
  // A job listens for itself; between jobs an error must not end the process.
  worker.on('error', () => undefined);
  return worker;
}
