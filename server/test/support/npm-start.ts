import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ownProcess } from './own-process.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const START_MS = 60_000;

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** In ticks since the machine's: with it the pid is unique. */
  readonly startTime: string;
  /** Empty for one that is just ending. */
  readonly command: string;
}

/** The parts of a running `npm start`. */
export type Part = 'supervisor' | 'server' | 'postgres';

const COMMANDS: Readonly<Record<Part, RegExp>> = {
  supervisor: /scripts\/run\.ts start/,
  server: /dist\/server\/server\/src\/main\.js/,
  postgres: /bin\/postgres -D/,
};

/** `npm start` in a process group of its own, as a shell starts it. Linux only: it looks into /proc. */
export class NpmStart {
  /** The exit code, or the signal that ended npm. */
  readonly ended: Promise<number | NodeJS.Signals>;
  #output = '';

  private constructor(private readonly npm: ChildProcess) {
    const keep = (chunk: Buffer): void => void (this.#output += chunk.toString());
    npm.stdout?.on('data', keep);
    npm.stderr?.on('data', keep);
    this.ended = once(npm, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  }

  static run(env: Readonly<Record<string, string>>): NpmStart {
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', ...env },
    });
    // Asked, so that it ends the PostgreSQL that is in a group of its own.
    return new NpmStart(ownProcess(npm, { signal: 'SIGTERM', group: true }));
  }

  /** npm's, and the id of the process group. */
  get pid(): number {
    return this.npm.pid ?? 0;
  }

  /** Everything it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it serves; rejects with what it printed if it ends or takes too long. */
  async ready(): Promise<void> {
    await this.printed(/cc-switch: ready/);
  }

  async printed(text: RegExp): Promise<void> {
    const deadline = performance.now() + START_MS;
    let over = false;
    void this.ended.then(() => (over = true));
    while (!text.test(this.#output)) {
      if (over || performance.now() > deadline)
        throw new Error(`never printed ${text.source}:\n${this.#output}`);
      await new Promise((wait) => setTimeout(wait, 20));
    }
  }

  /** npm and all that descends from it. Ask while they live: orphans have lost their parent. */
  async processes(): Promise<RunningProcess[]> {
    const all = await runningProcesses();
    const tree = new Set([this.pid]);
    for (let before = 0; before < tree.size;) {
      before = tree.size;
      for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
    }
    return all.filter(({ pid }) => tree.has(pid));
  }

  async pidOf(part: Part): Promise<number> {
    const found = (await this.processes()).find(({ command }) => COMMANDS[part].test(command));
    if (found === undefined) throw new Error(`no ${part} is running:\n${this.#output}`);
    return found.pid;
  }

  /** To npm, or to the whole group as a terminal does. */
  signal(signal: NodeJS.Signals, to: 'npm' | 'group' = 'npm'): void {
    process.kill(to === 'npm' ? this.pid : -this.pid, signal);
  }
}

export async function runningProcesses(): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(pids.map(readProcess));
  return found.filter((process) => process !== null);
}

async function readProcess(pid: number): Promise<RunningProcess | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // From the third field of proc_pid_stat(5) on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    // A zombie has ended; its parent has not looked yet.
    if (state === 'Z') return null;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    return { pid, parent: Number(parent), startTime: fields[19] ?? '', command };
  } catch {
    return null;
  }
}
