import { parentPort, workerData } from 'node:worker_threads';
import { runSteadily } from './load.js';
import type { SteadyLoadData } from './steady-load.js';

const { target, perSecond } = workerData as SteadyLoadData;
let over = new AbortController();

parentPort?.on('message', (order: 'begin' | 'end') => {
  if (order === 'end') {
    over.abort();
    return;
  }
  over = new AbortController();
  const load = runSteadily(
    { ...target, url: new URL(target.url), body: Buffer.from(target.body) },
    perSecond,
    over.signal,
  );
  void load.then((totalMs) => parentPort?.postMessage(totalMs));
});
