import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startChild, type Child } from './child.js';
import { benchConversion } from './conversion.js';
import { benchFailover } from './failover.js';
import { startGateway } from './gateway.js';
import { benchJournal } from './journal.js';
import { benchLogin } from './login.js';
import { median, percentile, runLoad, WARM_UP_MS, type LoadTarget } from './load.js';
import { cpuMs, rssMb } from './process-usage.js';
import { printTable, root, writeResults } from './report.js';
import { benchStats } from './stats.js';

/**
 * The gateway next to a bare byte-piping proxy, in the same run, interleaved round by round: the machine's mood
 * hits both. CPU per request of the process itself is the stable figure; latencies on shared cores are not.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '24' },
    only: { type: 'string' },
    /** For `--only stats`. */
    records: { type: 'string', default: '10000000' },
  },
});
const rounds = Number(options.rounds);
const durationMs = Number(options.seconds) * 1000;
const connections = Number(options.connections);

if (options.only === 'conversion') {
  await benchConversion(durationMs);
  process.exit();
}
if (options.only === 'journal') {
  await benchJournal(durationMs);
  process.exit();
}

const bodyText = await readFile(join(root, 'bench/fixtures/bench-body-default.json'), 'utf8');
const streamBody = Buffer.from(bodyText);
const plainBody = Buffer.from(JSON.stringify({ ...(JSON.parse(bodyText) as object), stream: false }));

interface Subject {
  readonly name: string;
  readonly process: Child;
  readonly target: LoadTarget;
}

interface Case {
  readonly name: string;
  /** The floor first: the others are told as a multiple of it. */
  readonly subjects: readonly Subject[];
}

interface Row {
  case: string;
  subject: string;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  firstByteMs: number;
  addedFirstByteMs: number;
  cpuMsPerRequest: number;
  timesFloor: number;
  rssMb: number;
}

const cluster = process.env.BENCH_DATABASE_URL;
if (cluster === undefined) throw new Error('BENCH_DATABASE_URL is not set: run `npm run bench`');

if (options.only === 'failover') {
  await benchFailover(rounds, cluster, streamBody);
  process.exit();
}
const loginOnly = options.only === 'login';
const statsOnly = options.only === 'stats';
if (options.only !== undefined && !loginOnly && !statsOnly) {
  throw new Error(`--only knows conversion, failover, journal, login and stats, not ${options.only}`);
}

const simulator = await startChild(join(import.meta.dirname, 'simulator-process.js'), []);
const floor = await startChild(join(import.meta.dirname, 'floor-proxy.js'), [simulator.url]);
// Signing in is measured from many addresses: the benchmark is the proxy that tells them.
const gateway = await startGateway(simulator.url, cluster, {
  env: loginOnly ? { TRUST_PROXY: '127.0.0.1' } : {},
});
try {
  if (loginOnly) await benchSigningIn();
  else if (statsOnly) await benchStatistics();
  else await benchGateway();
} finally {
  await Promise.allSettled([gateway.stop(), floor.stop(), simulator.stop()]);
}

async function benchGateway(): Promise<void> {
  const rows: Row[] = [];
  for (const each of cases()) rows.push(...(await measure(each)));
  print(rows);
  await writeResults({ part: 'gateway', rounds, durationMs, connections }, rows);
}

async function benchSigningIn(): Promise<void> {
  const [, stream] = cases()[0]?.subjects ?? [];
  if (stream !== undefined) await benchLogin(gateway, stream.target, durationMs);
}

async function benchStatistics(): Promise<void> {
  const [, stream] = cases()[0]?.subjects ?? [];
  if (stream !== undefined) await benchStats(gateway, stream.target, rounds, Number(options.records));
}

function cases(): Case[] {
  const json = { 'content-type': 'application/json' };
  const subject = (
    name: string,
    process: Child,
    url: string,
    headers: Record<string, string>,
    body: Buffer,
  ): Subject => ({
    name,
    process,
    target: { url: new URL(url), headers: { ...json, ...headers }, body },
  });
  const through = (provider: string, body: Buffer): Subject =>
    subject(
      'gateway',
      gateway,
      `${gateway.url}/v1/messages?beta=true`,
      { 'x-api-key': gateway.apiKey, 'x-provider-name': provider },
      body,
    );
  const bare = (path: string, body: Buffer): Subject =>
    subject('bare proxy', floor, `${floor.url}${path}`, {}, body);
  const openai = '/p/bench/v1/chat/completions';
  return [
    {
      name: 'stream, OpenAI-format provider',
      subjects: [bare(openai, streamBody), through('openai', streamBody)],
    },
    {
      name: 'stream, Anthropic-format provider',
      subjects: [bare('/p/bench/v1/messages', streamBody), through('anthropic', streamBody)],
    },
    {
      name: 'plain, OpenAI-format provider',
      subjects: [bare(openai, plainBody), through('openai', plainBody)],
    },
  ];
}

async function measure({ name, subjects }: Case): Promise<Row[]> {
  const samples = subjects.map(() => ({
    rps: [] as number[],
    total: [] as number[],
    first: [] as number[],
    cpu: [] as number[],
  }));
  for (const each of subjects) await runLoad(each.target, connections, WARM_UP_MS);
  for (let round = 0; round < rounds; round++) {
    const order = subjects.map((_, index) => (round % 2 === 0 ? index : subjects.length - 1 - index));
    for (const index of order) {
      const each = subjects[index];
      const sample = samples[index];
      if (each === undefined || sample === undefined) continue;
      const cpuBefore = cpuMs(each.process.pid);
      const load = await runLoad(each.target, connections, durationMs);
      sample.cpu.push((cpuMs(each.process.pid) - cpuBefore) / load.requests);
      sample.rps.push(load.requests / load.seconds);
      sample.total.push(...load.totalMs);
      const alone = await runLoad(each.target, 1, 300);
      sample.first.push(...alone.firstByteMs);
      process.stderr.write('.');
    }
  }
  process.stderr.write('\n');
  const floorCpu = median(samples[0]?.cpu ?? []);
  const floorFirst = median(samples[0]?.first ?? []);
  return subjects.map((each, index) => {
    const sample = samples[index];
    if (sample === undefined) throw new Error('a subject without samples');
    return {
      case: name,
      subject: each.name,
      requestsPerSecond: median(sample.rps),
      p50Ms: percentile(sample.total, 0.5),
      p99Ms: percentile(sample.total, 0.99),
      firstByteMs: median(sample.first),
      addedFirstByteMs: median(sample.first) - floorFirst,
      cpuMsPerRequest: median(sample.cpu),
      timesFloor: median(sample.cpu) / floorCpu,
      rssMb: rssMb(each.process.pid),
    };
  });
}

function print(rows: readonly Row[]): void {
  const head = [
    'case',
    'subject',
    'req/s',
    'p50 ms',
    'p99 ms',
    'TTFB ms (c=1)',
    'added',
    'CPU ms/req',
    '× bare',
    'RSS MB',
  ];
  const lines = rows.map((row) => [
    row.case,
    row.subject,
    row.requestsPerSecond.toFixed(0),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.firstByteMs.toFixed(2),
    row.addedFirstByteMs.toFixed(2),
    row.cpuMsPerRequest.toFixed(3),
    row.timesFloor.toFixed(2),
    row.rssMb.toFixed(0),
  ]);
  printTable(head, lines, 2);
}
