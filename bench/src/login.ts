import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { BenchGateway } from './gateway.js';
import { median, percentile, runLoad, type LoadTarget } from './load.js';
import { mannWhitneyP } from './mann-whitney.js';
import { printTable, writeResults } from './report.js';

const ACCOUNTS = 20;
const SAMPLES = 200;
const CROWD = 200;
const CONNECTIONS = 8;

interface Answer {
  readonly status: number;
  readonly ms: number;
}

/**
 * What signing in tells and costs: whether the time of a refusal tells a known e-mail from an unknown one, and what
 * 200 sign-ins at once, wave after wave, do to the calls of others.
 */
export async function benchLogin(
  gateway: BenchGateway,
  target: LoadTarget,
  durationMs: number,
): Promise<void> {
  await gateway.addUsers(Array.from({ length: ACCOUNTS }, (_, index) => `known${index}@example.com`));
  const timing = await timeRefusals(gateway.url);
  printTable(
    ['e-mail', 'samples', 'median ms', 'p95 ms'],
    [row('known', timing.known), row('unknown', timing.unknown)],
    1,
  );
  const differenceMs = Math.abs(median(timing.known) - median(timing.unknown));
  const p = mannWhitneyP(timing.known, timing.unknown);
  console.log(`difference of the medians ${differenceMs.toFixed(2)} ms; Mann-Whitney p = ${p.toFixed(3)}\n`);

  const flood = await measureFlood(gateway.url, target, durationMs);
  printTable(
    ['calls', 'req/s', 'p50 ms', 'p99 ms'],
    [loadRow('alone', flood.alone), loadRow(`beside ${CROWD} sign-ins at once`, flood.beside)],
    1,
  );
  const ratio = percentile(flood.beside.totalMs, 0.99) / percentile(flood.alone.totalMs, 0.99);
  console.log(`p99 × ${ratio.toFixed(2)}; sign-ins: ${describe(flood.signIns)}`);
  await writeResults(
    { part: 'login', durationMs, samples: SAMPLES, crowd: CROWD, connections: CONNECTIONS },
    [
      { knownMs: median(timing.known), unknownMs: median(timing.unknown), differenceMs, p },
      {
        aloneP99Ms: percentile(flood.alone.totalMs, 0.99),
        besideP99Ms: percentile(flood.beside.totalMs, 0.99),
        ratio,
        signIns: flood.signIns,
      },
    ],
  );
}

/** One at a time, turn by turn; nobody fails often enough to be slowed down. */
async function timeRefusals(url: string): Promise<{ known: number[]; unknown: number[] }> {
  const agent = new Agent({ keepAlive: true });
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const account = sample % ACCOUNTS;
    const turn = [
      ['known', `known${account}@example.com`],
      ['unknown', `nobody${account}@example.com`],
    ] as const;
    for (const [kind, email] of sample % 2 === 0 ? turn : turn.toReversed()) {
      const { status, ms } = await signIn(url, email, agent);
      if (status !== 401) throw new Error(`a refusal was expected, not ${status}`);
      times[kind].push(ms);
    }
  }
  agent.destroy();
  return times;
}

async function measureFlood(url: string, target: LoadTarget, durationMs: number) {
  await runLoad(target, CONNECTIONS, 1500); // warm
  const alone = await runLoad(target, CONNECTIONS, durationMs);
  const over = new AbortController();
  const signIns: Record<number, number> = {};
  const waves = (async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: CROWD });
    while (!over.signal.aborted) {
      const crowd = Array.from({ length: CROWD }, () => signIn(url, `${randomUUID()}@example.com`, agent));
      for (const { status } of await Promise.all(crowd)) signIns[status] = (signIns[status] ?? 0) + 1;
    }
    agent.destroy();
  })();
  const beside = await runLoad(target, CONNECTIONS, durationMs);
  over.abort();
  await waves;
  return { alone, beside, signIns };
}

/** From an address of its own each time: the gateway believes this proxy. */
function signIn(url: string, email: string, agent: Agent): Promise<Answer> {
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

const row = (name: string, times: readonly number[]): string[] => [
  name,
  String(times.length),
  median(times).toFixed(2),
  percentile(times, 0.95).toFixed(2),
];

const loadRow = (
  name: string,
  { requests, seconds, totalMs }: { requests: number; seconds: number; totalMs: readonly number[] },
): string[] => [
  name,
  (requests / seconds).toFixed(0),
  percentile(totalMs, 0.5).toFixed(2),
  percentile(totalMs, 0.99).toFixed(2),
];

const describe = (counts: Readonly<Record<number, number>>): string =>
  Object.entries(counts)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
