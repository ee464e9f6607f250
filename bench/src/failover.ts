import { join } from 'node:path';
import { startChild } from './child.js';
import { startGateway } from './gateway.js';
import { burst, median, percentile, type LoadTarget } from './load.js';
import { printTable, writeResults } from './report.js';

const CALLS = 500;
/** So many, one after the other, open the breaker. */
const OPENING_CALLS = 20;

interface Row {
  readonly case: string;
  readonly calls: number;
  readonly answered: number;
  readonly firstByteP50Ms: number;
  readonly firstByteP99Ms: number;
  readonly alone50Ms: number;
}

/**
 * 500 streaming calls at once with one of two providers failing every call: all are answered, and once its breaker
 * is open the calls cost no more than those that never knew it. The two are interleaved round by round.
 */
export async function benchFailover(rounds: number, clusterUrl: string, body: Buffer): Promise<void> {
  const simulator = await startChild(join(import.meta.dirname, 'simulator-process.js'), []);
  const provider = (name: string, priority: number): unknown => ({
    name,
    api_key: 'sk-bench',
    base_url: `${simulator.url}/p/${name}/v1`,
    priority,
    models: { [name]: ['bench'] },
  });
  const config = {
    providers: [provider('dead', 1), provider('live', 2)],
    model_aliases: { healthy: ['live/bench'], failing: ['dead/bench', 'live/bench'] },
    // Of a breaker that is open; a probe every minute would be one slow call in thousands.
    circuit_breaker: { recovery_timeout: 300 },
  };
  const gateway = await startGateway(simulator.url, clusterUrl, { config });
  const target = (model: string): LoadTarget => ({
    url: new URL(`${gateway.url}/v1/messages?beta=true`),
    headers: { 'content-type': 'application/json', 'x-api-key': gateway.apiKey },
    body: Buffer.from(JSON.stringify({ ...(JSON.parse(body.toString()) as object), model })),
  });
  const healthy = target('healthy');
  const failing = target('failing');
  try {
    await burst(healthy, 50, 50);
    const cold = await burst(failing, CALLS, CALLS);
    await burst(failing, OPENING_CALLS, 1);
    const samples = { healthy: emptySample(), failing: emptySample() };
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? (['healthy', 'failing'] as const) : (['failing', 'healthy'] as const);
      for (const name of order) {
        const of = name === 'healthy' ? healthy : failing;
        const all = await burst(of, CALLS, CALLS);
        samples[name].calls += CALLS;
        samples[name].answered += all.answered;
        samples[name].first.push(...all.firstByteMs);
        samples[name].alone.push(...(await burst(of, 100, 1)).firstByteMs);
        process.stderr.write('.');
      }
    }
    process.stderr.write('\n');
    const rows: Row[] = [
      rowOf('both providers new, one fails every call', {
        ...cold,
        calls: CALLS,
        first: cold.firstByteMs,
        alone: [],
      }),
      rowOf('one healthy provider', samples.healthy),
      rowOf('one of two fails, its breaker open', samples.failing),
    ];
    printTable(
      ['case', 'calls', 'answered', 'TTFB p50 ms', 'p99 ms', 'p50 ms alone'],
      rows.map((row) => [
        row.case,
        String(row.calls),
        `${((100 * row.answered) / row.calls).toFixed(2)} %`,
        row.firstByteP50Ms.toFixed(1),
        row.firstByteP99Ms.toFixed(1),
        row.alone50Ms.toFixed(2),
      ]),
      1,
    );
    const added = median(samples.failing.alone) - median(samples.healthy.alone);
    const addedAtOnce = median(samples.failing.first) - median(samples.healthy.first);
    console.log(
      `\nadded at the median: ${added.toFixed(2)} ms one call at a time, ${addedAtOnce.toFixed(1)} ms with ${CALLS} at once`,
    );
    await writeResults({ part: 'failover', rounds, calls: CALLS }, rows);
  } finally {
    await Promise.allSettled([gateway.stop(), simulator.stop()]);
  }
}

interface Sample {
  calls: number;
  answered: number;
  first: number[];
  alone: number[];
}

function emptySample(): Sample {
  return { calls: 0, answered: 0, first: [], alone: [] };
}

function rowOf(
  name: string,
  {
    calls,
    answered,
    first,
    alone,
  }: Omit<Sample, 'first' | 'alone'> & { first: readonly number[]; alone: readonly number[] },
): Row {
  return {
    case: name,
    calls,
    answered,
    firstByteP50Ms: median(first),
    firstByteP99Ms: percentile(first, 0.99),
    alone50Ms: alone.length === 0 ? NaN : median(alone),
  };
}
