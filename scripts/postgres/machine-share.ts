import { writeFile } from 'node:fs/promises';
import { setPriority, totalmem } from 'node:os';

const MB = 1024 * 1024;
const MIN_BUFFERS_MB = 128;
const MAX_BUFFERS_MB = 1024;
const NICENESS = 10;

/**
 * `shared_buffers`: an eighth of the memory there is. PostgreSQL's own 128 MB hold the roll-ups of a few million calls;
 * beyond that each page of a chart is asked of the kernel again and again.
 */
export function sharedBuffers(): string {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const share = Math.floor(memory / 8 / MB);
  return `${Math.max(MIN_BUFFERS_MB, Math.min(share, MAX_BUFFERS_MB))}MB`;
}

/** Where gateway and PostgreSQL want the same core, calls go first. */
export async function giveWay(pid: number): Promise<void> {
  try {
    setPriority(pid, NICENESS);
    // Linux may share its cores among sessions first, and PostgreSQL has one of its own: sched(7), autogroup.
    await writeFile(`/proc/${pid}/autogroup`, String(NICENESS));
  } catch {
    // Another system, or one that forbids it: it shares alike.
  }
}
