import { setTimeout as sleep } from 'node:timers/promises';
import { sendSignal } from '../process/send-signal.ts';

const FAST_SHUTDOWN_MS = 1500;
const IMMEDIATE_SHUTDOWN_MS = 2000;

/**
 * The fast shutdown (open transactions end, a checkpoint is written); if that takes too long the immediate one,
 * after which the next start recovers from the write-ahead log. Nothing committed is lost either way.
 *
 * @param ended settles with the process
 */
export async function endPostmaster(pid: number, ended: Promise<unknown>, atOnce: boolean): Promise<void> {
  const steps: readonly (readonly [NodeJS.Signals, number])[] = [
    ['SIGINT', atOnce ? 0 : FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
    ['SIGKILL', IMMEDIATE_SHUTDOWN_MS],
  ];
  for (const [signal, patienceMs] of steps) {
    if (patienceMs === 0) continue;
    if (!sendSignal(pid, signal)) return;
    const waiting = new AbortController();
    const patience = sleep(patienceMs, 'late', { signal: waiting.signal }).catch(() => 'ended');
    const outcome = await Promise.race([ended.then(() => 'ended'), patience]);
    waiting.abort();
    if (outcome === 'ended') return;
  }
}
