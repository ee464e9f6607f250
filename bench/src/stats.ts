import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchGateway } from './gateway.js';
import { median, percentile, runLoad, WARM_UP_MS, type LoadTarget } from './load.js';
import { printTable, writeResults } from './report.js';
import { seedUsage } from './seed-usage.js';
import { readQuestions } from './stats-questions.js';
import { SteadyLoad } from './steady-load.js';

/** The same alone and beside: calls without a pause keep every core full, so that whatever else runs changes them. */
const CALLS_PER_SECOND = 100;
const QUESTION_EVERY_MS = 200;
const PASSES_PER_ROUND = 4;

/**
 * How long charts and the request log take over many records while calls come at a steady rate, and what they do to
 * those calls. A page of the portal asks one thing after another: so does this, five times a second.
 */
export async function benchStats(
  gateway: BenchGateway,
  target: LoadTarget,
  rounds: number,
  records: number,
): Promise<void> {
  const seeded = await seedUsage(gateway.databaseUrl, records);
  console.log(`${seeded.records} records in ${seeded.seconds.toFixed(0)} s\n`);
  const headers = { authorization: `Bearer ${await gateway.signIn()}` };
  const questions = await readQuestions((path) => fetch(`${gateway.url}${path}`, { headers }));

  await runLoad(target, 4, WARM_UP_MS);
  const askForARound = async (times: Map<string, number[]>): Promise<void> => {
    for (let pass = 0; pass < PASSES_PER_ROUND; pass += 1)
      await askAll(gateway.url, headers, questions, times);
  };
  await askForARound(new Map());
  const alone: number[] = [];
  const beside: number[] = [];
  const times = new Map<string, number[]>();
  const load = new SteadyLoad(target, CALLS_PER_SECOND);
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    beside.push(...(await load.beside(() => askForARound(times))));
    const asLong = performance.now() - startedAt;
    alone.push(...(await load.beside(() => sleep(asLong))));
  }
  await load.close();
  const lines = [...times].map(([name, ms]) => [
    name,
    String(ms.length),
    median(ms).toFixed(0),
    percentile(ms, 0.95).toFixed(0),
  ]);
  printTable(['question', 'samples', 'p50 ms', 'p95 ms'], lines, 1);
  const [alone50, beside50] = [median(alone), median(beside)];
  const [alone99, beside99] = [percentile(alone, 0.99), percentile(beside, 0.99)];
  console.log(
    `\n${alone.length} and ${beside.length} calls: p50 ${alone50.toFixed(1)} ms alone, ${beside50.toFixed(1)} ms beside; ` +
      `p99 ${alone99.toFixed(1)} ms alone, ${beside99.toFixed(1)} ms beside (× ${(beside99 / alone99).toFixed(2)})`,
  );
  await writeResults({ part: 'stats', ...seeded, callsPerSecond: CALLS_PER_SECOND }, [
    ...[...times].map(([question, ms]) => ({ question, p50Ms: median(ms), p95Ms: percentile(ms, 0.95) })),
    { aloneP50Ms: alone50, besideP50Ms: beside50, aloneP99Ms: alone99, besideP99Ms: beside99 },
  ]);
}

async function askAll(
  url: string,
  headers: Readonly<Record<string, string>>,
  questions: Readonly<Record<string, string>>,
  times: Map<string, number[]>,
): Promise<void> {
  for (const [name, path] of Object.entries(questions)) {
    await sleep(QUESTION_EVERY_MS);
    const startedAt = performance.now();
    const response = await fetch(`${url}${path}`, { headers });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    times.set(name, [...(times.get(name) ?? []), performance.now() - startedAt]);
  }
}
