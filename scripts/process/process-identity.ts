import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { sendSignal } from './send-signal.ts';

const run = promisify(execFile);

/**
 * False for a zombie too: it has ended, only its parent has not looked yet. In a container whose first process is
 * no init, nobody ever does.
 */
export async function isAlive(pid: number): Promise<boolean> {
  return process.platform === 'linux' ? (await readStat(pid)) !== null : sendSignal(pid, 0);
}

/**
 * When a running process began, in whatever unit the system tells it: process ids are used again, together with
 * this they are unique. Null: no such process is running.
 */
export async function startTimeOf(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? readStat(pid) : psColumn(pid, 'lstart');
}

/** Its command line, as `ps` shows it; null where there is no such process or no `ps`. */
export async function commandOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
    return command?.replaceAll('\0', ' ').trim() ?? null;
  }
  return psColumn(pid, 'command');
}

/** The start time of a running process, by proc_pid_stat(5). */
async function readStat(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The second field is a name in parentheses that may hold anything; then the state, and starttime as the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

async function psColumn(pid: number, column: string): Promise<string | null> {
  const said = await run('ps', ['-o', `${column}=`, '-p', String(pid)]).catch(() => null);
  return said?.stdout.trim() ?? null;
}
