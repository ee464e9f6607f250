import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * When a process began, in whatever unit the system tells it: process ids are used again, together with this they
 * are unique. Null: there is no such process, or the system does not say.
 */
export async function startTimeOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    // proc_pid_stat(5): the second field is a name in parentheses that may hold anything; starttime is the 22nd.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  }
  return psColumn(pid, 'lstart');
}

/** Its command line, as `ps` shows it; null where there is no such process or no `ps`. */
export async function commandOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
    return command?.replaceAll('\0', ' ').trim() ?? null;
  }
  return psColumn(pid, 'command');
}

async function psColumn(pid: number, column: string): Promise<string | null> {
  const said = await run('ps', ['-o', `${column}=`, '-p', String(pid)]).catch(() => null);
  return said?.stdout.trim() ?? null;
}
