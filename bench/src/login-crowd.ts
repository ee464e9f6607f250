import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setPriority } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Answers to the crowd's sign-ins, by status. */
export type SignInCounts = Record<number, number>;

export interface SignInAnswer {
  readonly status: number;
  readonly ms: number;
}

interface CrowdData {
  readonly url: string;
  readonly size: number;
}

/** On Linux a priority is a thread's own: the crowd must not take the time of those who measure. */
const NICENESS = process.platform === 'linux' ? 15 : 0;

/** `size` sign-ins at once, wave after wave, from a thread of its own, until it is told to stop. */
export class LoginCrowd {
  private constructor(private readonly thread: Worker) {}

  /** Resolves when the thread is there; the first wave is on its way then. */
  static async start(data: CrowdData): Promise<LoginCrowd> {
    const thread = new Worker(new URL(import.meta.url), { workerData: data });
    await once(thread, 'message');
    return new LoginCrowd(thread);
  }

  /** Waits for the wave that is out. */
  async stop(): Promise<SignInCounts> {
    const told = once(this.thread, 'message');
    this.thread.postMessage('stop');
    const [counts] = (await told) as [SignInCounts];
    await this.thread.terminate();
    return counts;
  }
}

/** From an address of its own each time: the gateway believes this proxy. */
export function signIn(url: string, email: string, agent: Agent): Promise<SignInAnswer> {
  const body = JSON.stringify({ email, password: 'not the right one' });
  const address = Array.from({ length: 3 }, () => Math.floor(Math.random() * 256)).join('.');
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-forwarded-for': `10.${address}`,
  };
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const outgoing = request(`${url}/api/auth/login`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, ms: performance.now() - startedAt }),
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function sendWaves({ url, size }: CrowdData, stopped: AbortSignal): Promise<SignInCounts> {
  const counts: SignInCounts = {};
  const agent = new Agent({ keepAlive: true, maxSockets: size });
  while (!stopped.aborted) {
    const wave = Array.from({ length: size }, () => signIn(url, `${randomUUID()}@example.com`, agent));
    for (const { status } of await Promise.all(wave)) counts[status] = (counts[status] ?? 0) + 1;
  }
  agent.destroy();
  return counts;
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const stop = new AbortController();
  port.once('message', () => stop.abort());
  if (NICENESS > 0) setPriority(0, NICENESS);
  port.postMessage('ready');
  // As `start` sent it.
  port.postMessage(await sendWaves(workerData as CrowdData, stop.signal));
}
