import { Agent } from 'node:http';
import pg from 'pg';
import type { BenchGateway } from './gateway.js';
import { LoginCrowd, signIn, type SignInCounts } from './login-crowd.js';
import { median, percentile, runLoad, type LoadTarget } from './load.js';
import { mannWhitneyP } from './mann-whitney.js';
import { printTable, writeResults } from './report.js';

/** Whom a wrong password is tried for; nobody may learn by the time which it was. */
const KINDS = ['known', 'unknown', 'disabled', 'passwordless'] as const;
type Kind = (typeof KINDS)[number];

const ACCOUNTS = 20;
const SAMPLES = 200;
const CROWD = 200;
const CONNECTIONS = 8;
const ROUNDS = 4;

/**
 * What signing in tells and costs: whether the time of a refusal tells anything about the account, and what 200
 * sign-ins at once, wave after wave, do to the calls of others.
 */
export async function benchLogin(
  gateway: BenchGateway,
  target: LoadTarget,
  durationMs: number,
): Promise<void> {
  await addAccounts(gateway);
  const timing = await timeRefusals(gateway.url);
  const timings = KINDS.map((kind) => summary(kind, timing[kind], timing.known));
  printTable(
    ['account', 'samples', 'median ms', 'p95 ms', 'from known ms', 'Mann-Whitney p'],
    timings.map(timingRow),
    1,
  );

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
      ...timings,
      {
        aloneP99Ms: percentile(flood.alone.totalMs, 0.99),
        besideP99Ms: percentile(flood.beside.totalMs, 0.99),
        ratio,
        signIns: flood.signIns,
      },
    ],
  );
}

async function addAccounts(gateway: BenchGateway): Promise<void> {
  await gateway.addUsers(KINDS.filter((kind) => kind !== 'unknown').flatMap(emailsOf));
  const client = new pg.Client(gateway.databaseUrl);
  await client.connect();
  try {
    await client.query(`update users set is_active = false where email like 'disabled%'`);
    await client.query(`update users set password_hash = null where email like 'passwordless%'`);
  } finally {
    await client.end();
  }
}

const emailsOf = (kind: Kind): string[] =>
  Array.from({ length: ACCOUNTS }, (_, index) => `${kind}${index}@example.com`);

/** One at a time, turn by turn, each kind as often first as last; nobody fails often enough to be slowed down. */
async function timeRefusals(url: string): Promise<Record<Kind, number[]>> {
  const agent = new Agent({ keepAlive: true });
  const times: Record<Kind, number[]> = { known: [], unknown: [], disabled: [], passwordless: [] };
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    for (let place = 0; place < KINDS.length; place += 1) {
      const kind = KINDS[(sample + place) % KINDS.length] ?? 'known';
      const { status, ms } = await signIn(url, `${kind}${sample % ACCOUNTS}@example.com`, agent);
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
  const signIns: SignInCounts = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    await addLoad(alone, target, durationMs);
    const crowd = await LoginCrowd.start({ url, size: CROWD });
    await addLoad(beside, target, durationMs);
    for (const [status, count] of Object.entries(await crowd.stop())) {
      signIns[Number(status)] = (signIns[Number(status)] ?? 0) + count;
    }
  }
  return { alone, beside, signIns };
}

async function addLoad(load: Load, target: LoadTarget, durationMs: number): Promise<void> {
  const { seconds, totalMs } = await runLoad(target, CONNECTIONS, durationMs);
  load.seconds += seconds;
  load.totalMs.push(...totalMs);
}

function summary(kind: Kind, times: readonly number[], known: readonly number[]) {
  return {
    kind,
    samples: times.length,
    medianMs: median(times),
    p95Ms: percentile(times, 0.95),
    differenceMs: median(times) - median(known),
    p: mannWhitneyP(known, times),
  };
}

const timingRow = ({ kind, samples, medianMs, p95Ms, differenceMs, p }: ReturnType<typeof summary>) => [
  kind,
  String(samples),
  medianMs.toFixed(2),
  p95Ms.toFixed(2),
  differenceMs.toFixed(2),
  p.toFixed(3),
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
