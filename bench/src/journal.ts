import { randomUUIDv7 } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenCall, type CallEnding } from '../../server/src/usage/open-call.js';
import { openJournal, type OpenJournal } from '../../server/src/usage/open-journal.js';
import { PriceTable } from '../../server/src/usage/price-table.js';
import { printTable, writeResults } from './report.js';

/** Calls under way at once, and checkpoints of each. */
const CASES = [
  { atOnce: 20, checkpoints: 1 },
  { atOnce: 20, checkpoints: 4 },
  { atOnce: 1, checkpoints: 1 },
] as const;
const WARM_UP_MS = 1500;
const PROVIDER = { name: 'bench', dialect: 'openai' };
const TARGET = { provider: PROVIDER, model: 'up-model', tier: 'middle' };
const TOKENS = { inputTokens: 12_000, outputTokens: 480, cacheReadTokens: 9_000, cacheWriteTokens: 0 };
const USAGE = { input_tokens: 12_000, output_tokens: 480, cache_read_input_tokens: 9_000 };
const PRICES = new PriceTable([
  {
    provider: 'bench',
    model: 'up-model',
    source: 'set',
    validFromMs: 0,
    input: 3e9,
    output: 15e9,
    cacheRead: 3e8,
    cacheWrite: null,
  },
]);

interface Row {
  readonly sync: 'grouped' | 'off';
  readonly atOnce: number;
  readonly checkpoints: number;
  readonly calls: number;
  readonly cpuMicros: number;
  readonly wallMicros: number;
}

/**
 * What the journal costs a call: intent, checkpoints, record, with its price. CPU is the whole process's, so the
 * threads that sync are in it; each call waits for its intent and for its record.
 */
export async function benchJournal(durationMs: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'ccs-bench-journal-'));
  const rows: Row[] = [];
  for (const sync of ['grouped', 'off'] as const) {
    const opened = await openJournal(root, {
      sync,
      onClosed: ({ path }) => void rm(path),
      onTrouble: (error) => {
        if (error !== null) throw error;
      },
    });
    for (const each of CASES) {
      await run(opened, each, WARM_UP_MS);
      rows.push({ sync, ...each, ...(await run(opened, each, durationMs)) });
    }
    await opened.journal.close();
    await opened.directory.release();
  }
  await rm(root, { recursive: true, force: true });
  printTable(
    ['fsync', 'at once', 'checkpoints', 'calls', 'CPU µs per call', 'µs per call'],
    rows.map((row) => [
      row.sync,
      String(row.atOnce),
      String(row.checkpoints),
      String(row.calls),
      row.cpuMicros.toFixed(1),
      row.wallMicros.toFixed(1),
    ]),
    1,
  );
  await writeResults({ part: 'journal', durationMs }, rows);
}

async function run(
  { journal }: OpenJournal,
  { atOnce, checkpoints }: Pick<Row, 'atOnce' | 'checkpoints'>,
  durationMs: number,
): Promise<Pick<Row, 'calls' | 'cpuMicros' | 'wallMicros'>> {
  const prices = { current: () => PRICES };
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let calls = 0;
  while (performance.now() - startedAt < durationMs) {
    const burst = Array.from({ length: atOnce }, () => new OpenCall(opening(), 0, journal, prices));
    await Promise.all(burst.map((call) => oneCall(call, checkpoints)));
    calls += atOnce;
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    calls,
    cpuMicros: (user + system) / calls,
    wallMicros: ((performance.now() - startedAt) * 1000) / calls,
  };
}

async function oneCall(call: OpenCall, checkpoints: number): Promise<void> {
  await call.dispatching(TARGET);
  for (let index = 0; index < checkpoints; index += 1) call.progressed(index * 250, { usage: USAGE });
  await call.finish(ENDING);
}

const opening = () => ({
  requestId: randomUUIDv7(),
  userId: 7,
  keyId: 12,
  requestedModel: 'claude-sonnet-5-5',
  stream: true,
  sessionId: '3f1c2e6e-8a52-4a38-9a0e-1f0a6a1b2c3d',
  client: 'claude-cli/2.1.330',
});

const ENDING: CallEnding = {
  target: TARGET,
  status: 'success',
  httpStatus: 200,
  errorCode: null,
  usage: USAGE,
  firstEventAt: 812,
  endedAt: 9_400,
  losses: [],
  candidates: [
    { provider: 'bench', apiFormat: 'openai', model: 'up-model', fate: 'tried', reason: '' },
    { provider: 'other', apiFormat: 'openai', model: 'up-model-2', fate: 'not_needed', reason: '' },
  ],
  trace: [
    {
      provider: 'bench',
      apiFormat: 'openai',
      model: 'up-model',
      tier: 'middle',
      outcome: 'answered',
      errorClass: null,
      errorCode: null,
      upstreamStatus: null,
      startedMs: 1,
      firstEventMs: 811,
      endedMs: 9_399,
      tokens: TOKENS,
      losses: [],
    },
  ],
};
