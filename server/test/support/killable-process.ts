import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { ownProcess } from './own-process.js';

const BUILT = resolve(import.meta.dirname, '../../../dist/server/server/src');
const START_MS = 60_000;

/** A process of the product that is killed and started again, always with the same environment. */
export class KillableProcess {
  private child: ChildProcess | null = null;
  private output = '';
  kills = 0;

  /** `readyText`: what it prints when it is up. */
  constructor(
    private readonly script: 'main.js' | 'worker.main.js',
    private readonly env: Readonly<Record<string, string>>,
    private readonly readyText: string,
  ) {}

  /** Resolves when it is up. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [`${BUILT}/${this.script}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...this.env,
      },
    });
    ownProcess(child);
    this.child = child;
    this.output = '';
    const up = Promise.withResolvers<void>();
    const read = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-100_000);
      if (this.output.includes(this.readyText)) up.resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code, signal) =>
      up.reject(new Error(`${this.script} ended with ${String(code ?? signal)}:\n${this.output}`)),
    );
    const late = setTimeout(
      () => up.reject(new Error(`${this.script} is not up:\n${this.output}`)),
      START_MS,
    );
    await up.promise.finally(() => clearTimeout(late));
    // From here on an end is what the test does.
    up.promise.catch(() => undefined);
  }

  async kill(): Promise<void> {
    this.kills += 1;
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  }
}
