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
const ROUNDS = 4;

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

interface Load {
  seconds: number;
  readonly totalMs: number[];
}

/** In turns, alone and beside the crowd: the machine's mood hits both. */
async function measureFlood(url: string, target: LoadTarget, durationMs: number) {
  await runLoad(target, CONNECTIONS, 1500); // warm
  const alone: Load = { seconds: 0, totalMs: [] };
  const beside: Load = { seconds: 0, totalMs: [] };
  const signIns: Record<number, number> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    await addLoad(alone, target, durationMs);
    const over = new AbortController();
    const crowds = sendCrowds(url, signIns, over.signal);
    await addLoad(beside, target, durationMs);
    over.abort();
    await crowds;
  }
  return { alone, beside, signIns };
}

async function addLoad(load: Load, target: LoadTarget, durationMs: number): Promise<void> {
  const { seconds, totalMs } = await runLoad(target, CONNECTIONS, durationMs);
  load.seconds += seconds;
  load.totalMs.push(...totalMs);
}

/** One crowd after another until told to stop; counts the answers by status. */
async function sendCrowds(url: string, counts: Record<number, number>, over: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CROWD });
  while (!over.aborted) {
    const crowd = Array.from({ length: CROWD }, () => signIn(url, `${randomUUID()}@example.com`, agent));
    for (const { status } of await Promise.all(crowd)) counts[status] = (counts[status] ?? 0) + 1;
  }
  agent.destroy();
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

const loadRow = (name: string, { seconds, totalMs }: Load): string[] => [
  name,
  (totalMs.length / seconds).toFixed(0),
  percentile(totalMs, 0.5).toFixed(2),
  percentile(totalMs, 0.99).toFixed(2),
];

const describe = (counts: Readonly<Record<number, number>>): string =>
  Object.entries(counts)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
