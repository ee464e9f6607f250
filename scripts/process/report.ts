const HEARTBEAT_MS = 10_000;

/** A line about what goes on, on standard error: standard output belongs to what the command was asked for. */
export function report(message: string): void {
  process.stderr.write(`cc-switch: ${message}\n`);
}

/** Says what is being done, that it still is, and how long it took. */
export async function withProgress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const seconds = (): string => ((performance.now() - startedAt) / 1000).toFixed(1);
  report(`${what} …`);
  const heartbeat = setInterval(() => report(`${what}: ${seconds()} s so far`), HEARTBEAT_MS);
  try {
    const result = await work();
    report(`${what}: done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
