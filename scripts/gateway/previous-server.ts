import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTimeOf } from '../process/process-identity.ts';
import { report } from '../process/report.ts';
import { sendSignal } from '../process/send-signal.ts';

const POLL_MS = 50;
const MARGIN_MS = 3000;

/** Remembers the server in DATA_DIR, so that a start after `kill -9` knows what is left of it. */
export async function rememberServer(dataDir: string, pid: number): Promise<void> {
  await writeFile(fileIn(dataDir), JSON.stringify({ pid, startTime: await startTimeOf(pid) }));
}

export async function forgetServer(dataDir: string): Promise<void> {
  await rm(fileIn(dataDir), { force: true });
}

/**
 * A server whose supervisor was killed ends by itself when its open answers have; until then it uses the port and
 * the database. Waits for that, as long as the server itself would, and then ends it.
 */
export async function awaitPreviousServer(
  dataDir: string,
  drainTimeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const previous = await readServer(dataDir);
  if (previous === null) return;
  const runs = async (): Promise<boolean> => (await startTimeOf(previous.pid)) === previous.startTime;
  const deadline = performance.now() + drainTimeoutMs + MARGIN_MS;
  let told = false;
  while ((await runs()) && !signal.aborted) {
    if (performance.now() > deadline) sendSignal(previous.pid, 'SIGKILL');
    if (!told) report('the server of a start that was killed is still answering: waiting for its end');
    told = true;
    await sleep(POLL_MS);
  }
  if (!signal.aborted) await forgetServer(dataDir);
}

async function readServer(dataDir: string): Promise<{ pid: number; startTime: string } | null> {
  try {
    const { pid, startTime } = JSON.parse(await readFile(fileIn(dataDir), 'utf8')) as Record<string, unknown>;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : null;
  } catch {
    return null;
  }
}

const fileIn = (dataDir: string): string => join(dataDir, 'server.pid');
