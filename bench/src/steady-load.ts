import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LoadTarget } from './load.js';

export interface SteadyLoadData {
  readonly target: Omit<LoadTarget, 'url' | 'body'> & { readonly url: string; readonly body: Uint8Array };
  readonly perSecond: number;
}

/** `runSteadily` on a thread of its own: what this one does with large answers shall not look like a slow gateway. */
export class SteadyLoad {
  readonly #worker: Worker;

  constructor(target: LoadTarget, perSecond: number) {
    const workerData: SteadyLoadData = { target: { ...target, url: target.url.href }, perSecond };
    this.#worker = new Worker(new URL('./steady-load.worker.js', import.meta.url), { workerData });
  }

  /** Milliseconds of the calls while `work` was under way. */
  async beside(work: () => Promise<unknown>): Promise<readonly number[]> {
    this.#worker.postMessage('begin');
    // A call that fails ends the worker with an error, which `once` throws.
    const [, [totalMs]] = (await Promise.all([
      work().finally(() => this.#worker.postMessage('end')),
      once(this.#worker, 'message'),
    ])) as [unknown, [readonly number[]]];
    return totalMs;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
