import { once } from 'node:events';
import { root } from '../install/paths.mjs';
import { endGroup, spawnGroup } from './process-group.ts';
import { StoppedError } from './task-error.ts';

export interface CommandOptions {
  /** Ends the command and everything it started. */
  readonly signal: AbortSignal;
  /** Over this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Keep what it prints instead of passing it on. */
  readonly capture?: boolean;
}

export interface CommandResult {
  /** 1 if a signal ended it. */
  readonly exitCode: number;
  /** Standard output and error as they came; empty unless captured. */
  readonly output: string;
}

/** Runs a command in the clone to its end. Throws `StoppedError` when `signal` ended it. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { signal, env = {}, capture = false }: CommandOptions,
): Promise<CommandResult> {
  if (signal.aborted) throw new StoppedError();
  const child = spawnGroup(command, args, {
    cwd: root,
    stdio: capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);

  const ends: Promise<void>[] = [];
  const stop = (): void => void ends.push(endGroup(child));
  signal.addEventListener('abort', stop);
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (ends.length === 0) return { exitCode: exitCode ?? 1, output };
    await Promise.all(ends);
    throw new StoppedError();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A command of a package, run by this Node and not through a shell: `node_modules/<path>`. */
export function runNodeCommand(
  path: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return runCommand(process.execPath, [`node_modules/${path}`, ...args], options);
}
