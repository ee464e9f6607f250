import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds to the first byte of each answer's body, and to its end. */
  readonly firstByteMs: readonly number[];
  readonly totalMs: readonly number[];
  readonly bytesPerAnswer: number;
}

/** V8 compiles for about thirty seconds of load; a gateway costs a third more per call until then. */
export const WARM_UP_MS = 30_000;

/** Closed loop: `connections` keep-alive connections, each with one call at a time, for `durationMs`. */
export async function runLoad(
  target: LoadTarget,
  connections: number,
  durationMs: number,
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const firstByteMs: number[] = [];
  const totalMs: number[] = [];
  let bytes = 0;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      const one = await call(target, agent);
      firstByteMs.push(one.firstByteMs);
      totalMs.push(one.totalMs);
      bytes += one.bytes;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return {
    requests: totalMs.length,
    seconds,
    firstByteMs,
    totalMs,
    bytesPerAnswer: Math.round(bytes / totalMs.length),
  };
}

/**
 * Open loop: `perSecond` calls a second, however long they take, until `over`. Milliseconds from when each was due to
 * the end of its answer: a call that had to wait for its turn is as slow as its caller finds it.
 */
export async function runSteadily(
  target: LoadTarget,
  perSecond: number,
  over: AbortSignal,
): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now();
  const calls: Promise<number>[] = [];
  while (!over.aborted) {
    const dueAt = startedAt + (calls.length * 1_000) / perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const answered = call(target, agent).then(() => performance.now() - dueAt);
    // Told below, when the others are over as well.
    answered.catch(() => undefined);
    calls.push(answered);
  }
  const totalMs = await Promise.all(calls);
  agent.destroy();
  return totalMs;
}

/** So many calls, `connections` of them at a time; those without a 200 are not counted as answered. */
export async function burst(
  target: LoadTarget,
  calls: number,
  connections: number,
): Promise<{ readonly answered: number; readonly firstByteMs: readonly number[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const firstByteMs: number[] = [];
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const one = await call(target, agent).catch(() => null);
      if (one !== null) firstByteMs.push(one.firstByteMs);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { answered: firstByteMs.length, firstByteMs };
}

function call(
  target: LoadTarget,
  agent: Agent,
): Promise<{ firstByteMs: number; totalMs: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let firstByteMs = 0;
    let bytes = 0;
    const outgoing = request(
      target.url,
      { method: 'POST', agent, headers: { ...target.headers, 'content-length': target.body.length } },
      (response) => {
        if (response.statusCode !== 200) {
          reject(new Error(`${target.url.href} answered ${response.statusCode ?? 0}`));
          response.resume();
          return;
        }
        response.on('data', (chunk: Buffer) => {
          if (bytes === 0) firstByteMs = performance.now() - startedAt;
          bytes += chunk.length;
        });
        response.on('end', () => resolve({ firstByteMs, totalMs: performance.now() - startedAt, bytes }));
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(target.body);
  });
}

/** The value below which `fraction` of the sample lies. */
export function percentile(sample: readonly number[], fraction: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? NaN;
}

export function median(sample: readonly number[]): number {
  return percentile(sample, 0.5);
}
