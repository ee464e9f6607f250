import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process under measurement, or one that serves it; it tells its address by an IPC `ready` message. */
export interface Child {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startChild(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', '--max-semi-space-size=32', script, ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, ...env },
    },
  );
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)));
  const url = await Promise.race([
    readyUrl(child),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${script} ended with ${String(code)}: ${stderr}`);
    }),
  ]);
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('message', (message: { type?: string; url?: string }) => {
      if (message.type === 'ready' && message.url !== undefined) resolve(message.url);
    });
  });
}
