import type { ChildProcess } from 'node:child_process';

/** Read by scripts/testing/owning-environment.mjs. */
const OWNED = Symbol.for('cc-switch: ends of owned processes');
const owner: typeof globalThis & { [OWNED]?: (() => void)[] } = globalThis;

/**
 * Has the process end with the test file at the latest, even if an `afterAll` throws before it comes to that.
 *
 * @param signal to the process; or to its whole group, which it leads
 */
export function ownProcess<T extends ChildProcess>(
  child: T,
  { signal = 'SIGKILL', group = false }: { signal?: NodeJS.Signals; group?: boolean } = {},
): T {
  (owner[OWNED] ??= []).push(() => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(group ? -child.pid : child.pid, signal);
    } catch {
      // It has ended.
    }
  });
  return child;
}
