import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the milliseconds it took until `check` no longer throws; rejects with its last error. */
export async function eventually(check: () => unknown, withinMs = 5_000): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    try {
      await check();
      return performance.now() - startedAt;
    } catch (error) {
      if (performance.now() - startedAt > withinMs) throw error;
    }
    await sleep(20);
  }
}
