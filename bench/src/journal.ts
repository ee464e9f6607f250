import { randomUUIDv7 } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OpenCall, type CallEnding } from '../../server/src/usage/open-call.js';
import { openJournal, type OpenJournal } from '../../server/src/usage/open-journal.js';
import { PriceTable } from '../../server/src/usage/price-table.js';
import { printTable, writeResults } from './report.js';

const BURST = 20;
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
  readonly checkpoints: number;
  readonly calls: number;
  readonly cpuMicros: number;
  readonly wallMicros: number;
}

/**
 * What the journal costs a call: intent, checkpoints, record, with its price. CPU is the whole process's, so the
 * threads that sync are in it; calls come in bursts of 20, with a turn of the event loop between.
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
    for (const checkpoints of [1, 4]) {
      await run(opened, checkpoints, WARM_UP_MS);
      rows.push({ sync, checkpoints, ...(await run(opened, checkpoints, durationMs)) });
    }
    await opened.journal.close();
    await opened.directory.release();
  }
  await rm(root, { recursive: true, force: true });
  printTable(
    ['fsync', 'checkpoints', 'calls', 'CPU µs per call', 'µs per call'],
    rows.map((row) => [
      row.sync,
      String(row.checkpoints),
      String(row.calls),
      row.cpuMicros.toFixed(1),
      row.wallMicros.toFixed(1),
    ]),
    1,
  );
  await writeResults({ part: 'journal', durationMs, burst: BURST }, rows);
}

async function run(
  { journal }: OpenJournal,
  checkpoints: number,
  durationMs: number,
): Promise<Pick<Row, 'calls' | 'cpuMicros' | 'wallMicros'>> {
  const prices = { current: () => PRICES };
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let calls = 0;
  while (performance.now() - startedAt < durationMs) {
    for (let index = 0; index < BURST; index += 1) {
      oneCall(new OpenCall(opening(), 0, journal, prices), checkpoints);
    }
    calls += BURST;
    await nextTurn();
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    calls,
    cpuMicros: (user + system) / calls,
    wallMicros: ((performance.now() - startedAt) * 1000) / calls,
  };
}

function oneCall(call: OpenCall, checkpoints: number): void {
  call.dispatched(TARGET);
  for (let index = 0; index < checkpoints; index += 1) call.progressed(index * 250, { usage: USAGE });
  void call.finish(ENDING);
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
