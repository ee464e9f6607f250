import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from '../process/process-identity.ts';
import { sendSignal } from '../process/send-signal.ts';
import { TEST_RUN_VARIABLE } from '../process/test-run.ts';

const GRACE_MS = 1500;
const POLL_MS = 50;

/**
 * Ends what a test run left running, processes in sessions of their own included, and tells the commands. Only
 * Linux shows the environment of processes; elsewhere nothing is found.
 */
export async function endLeftovers(runId: string): Promise<string[]> {
  const left = await processesOf(runId);
  const commands = await Promise.all(left.map(async (pid) => (await commandOf(pid)) ?? String(pid)));
  for (const pid of left) sendSignal(pid, 'SIGTERM');
  const deadline = performance.now() + GRACE_MS;
  let remaining = left;
  while (remaining.length > 0 && performance.now() < deadline) {
    await sleep(POLL_MS);
    remaining = await processesOf(runId);
  }
  for (const pid of remaining) sendSignal(pid, 'SIGKILL');
  return commands;
}

async function processesOf(runId: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc'))
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const belongs = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(`${TEST_RUN_VARIABLE}=${runId}`);
    }),
  );
  return pids.filter((_, index) => belongs[index]);
}
