import type { BenchGateway } from './gateway.js';
import { median, percentile, runLoad, type LoadTarget } from './load.js';
import { printTable, writeResults } from './report.js';
import { seedUsage } from './seed-usage.js';

const CONNECTIONS = 4;
const SAMPLES = 40;
const ROUNDS = 3;
const DAY_MS = 86_400_000;

/**
 * How long charts and the request log take over many records while calls are answered, and what they do to those calls.
 * A page of the portal asks one thing after another: so does this.
 */
export async function benchStats(
  gateway: BenchGateway,
  target: LoadTarget,
  durationMs: number,
  records: number,
): Promise<void> {
  const seeded = await seedUsage(gateway.databaseUrl, records);
  console.log(`${seeded.records} records in ${seeded.seconds.toFixed(0)} s\n`);
  const headers = { authorization: `Bearer ${await gateway.signIn()}` };
  const questions = await readQuestions(gateway.url, headers);

  await runLoad(target, CONNECTIONS, 2_000); // warm
  const alone: number[] = [];
  const beside: number[] = [];
  const times = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(...(await runLoad(target, CONNECTIONS, durationMs)).totalMs);
    const over = new AbortController();
    const calls = keepCalling(target, over.signal);
    await askAll(gateway.url, headers, questions, times);
    over.abort();
    beside.push(...(await calls));
  }
  const lines = [...times].map(([name, ms]) => [
    name,
    String(ms.length),
    median(ms).toFixed(0),
    percentile(ms, 0.95).toFixed(0),
  ]);
  printTable(['question', 'samples', 'p50 ms', 'p95 ms'], lines, 1);
  const [alone99, beside99] = [percentile(alone, 0.99), percentile(beside, 0.99)];
  console.log(
    `\ncalls: p99 ${alone99.toFixed(1)} ms alone, ${beside99.toFixed(1)} ms beside (× ${(beside99 / alone99).toFixed(2)})`,
  );
  await writeResults({ part: 'stats', ...seeded, connections: CONNECTIONS }, [
    ...[...times].map(([question, ms]) => ({ question, p50Ms: median(ms), p95Ms: percentile(ms, 0.95) })),
    { aloneP99Ms: alone99, besideP99Ms: beside99 },
  ]);
}

/** In short loads, for as long as it is wanted. */
async function keepCalling(target: LoadTarget, over: AbortSignal): Promise<readonly number[]> {
  const totalMs: number[] = [];
  while (!over.aborted) totalMs.push(...(await runLoad(target, CONNECTIONS, 500)).totalMs);
  return totalMs;
}

async function askAll(
  url: string,
  headers: Readonly<Record<string, string>>,
  questions: Readonly<Record<string, string>>,
  times: Map<string, number[]>,
): Promise<void> {
  for (let sample = 0; sample < SAMPLES / ROUNDS; sample += 1) {
    for (const [name, path] of Object.entries(questions)) {
      const startedAt = performance.now();
      const response = await fetch(`${url}/api/stats/${path}`, { headers });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      times.set(name, [...(times.get(name) ?? []), performance.now() - startedAt]);
    }
  }
}

const dayBefore = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

async function readQuestions(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const all = `date_from=${dayBefore(89)}`;
  const month = `date_from=${dayBefore(29)}`;
  const deep = `${url}/api/stats/requests?${all}&limit=1&offset=9000`;
  const page = (await (await fetch(deep, { headers })).json()) as {
    readonly data: readonly { readonly request_id: string; readonly session_id: string }[];
  };
  const { request_id: id = '', session_id: session = '' } = page.data[0] ?? {};
  return {
    'summary, 7 days': 'summary',
    'summary, 90 days, compared': `summary?${all}&compare=previous`,
    'token-usage, 90 days, Kathmandu': `token-usage?${all}&tz=Asia/Kathmandu`,
    'providers, 90 days, Berlin': `providers?${all}&tz=Europe/Berlin`,
    'timeseries, 90 days, Berlin, by model': `timeseries?${all}&tz=Europe/Berlin&group_by=model`,
    'timeseries, 90 days, Kathmandu, by model': `timeseries?${all}&tz=Asia/Kathmandu&group_by=model`,
    'timeseries, 90 days, Berlin, top users, compared': `timeseries?${month}&tz=Europe/Berlin&group_by=user&compare=previous`,
    'timeseries, 90 days, Kathmandu, top keys': `timeseries?${all}&tz=Asia/Kathmandu&group_by=key`,
    'timeseries, hours of 30 days, by provider': `timeseries?${month}&granularity=hour&group_by=provider`,
    'timeseries, 90 days, of one user, by model': `timeseries?${all}&tz=Europe/Berlin&user_id=1000&group_by=model`,
    'timeseries, 14 days, keys of a page': `timeseries?date_from=${dayBefore(13)}&group_by=key&ids=${Array.from({ length: 25 }, (_, n) => 10_001 + 10 * n).join(',')}`,
    'requests, first page of 90 days': `requests?${all}`,
    'requests, page 180 by cursor': `requests?${all}&cursor=${id}`,
    'requests, errors': `requests?${all}&status=error`,
    'requests, retried, counted': `requests?${all}&retried=true`,
    'requests, one user': `requests?${all}&user_id=1400`,
    'requests, one provider': `requests?${all}&provider=delta`,
    'requests, one session': `requests?${all}&session_id=${session}`,
    'requests, search by id': `requests?q=${id.slice(0, 22)}`,
    'request, detail': `requests/${id}`,
  };
}
