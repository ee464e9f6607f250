import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendSignal } from './send-signal.ts';

const GRACE_MS = 5000;
const POLL_MS = 25;

/** A child that leads a process group of its own: the terminal's Ctrl-C does not reach it, and all of it can be ended. */
export function spawnGroup(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  // On Windows `detached` would open a console window.
  return spawn(command, args, { ...options, detached: process.platform !== 'win32' });
}

/** SIGTERM to the child and all that it started, SIGKILL to what is left after `graceMs`. */
export async function endGroup(child: ChildProcess, graceMs = GRACE_MS): Promise<void> {
  signalGroup(child, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while (signalGroup(child, 0) && performance.now() < deadline) await sleep(POLL_MS);
  signalGroup(child, 'SIGKILL');
}

/** False: nobody is left. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  return sendSignal(process.platform === 'win32' ? child.pid : -child.pid, signal);
}
