import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchGateway } from './gateway.js';
import { median, percentile, runLoad, WARM_UP_MS, type LoadTarget } from './load.js';
import { printTable, writeResults } from './report.js';
import { seedUsage } from './seed-usage.js';
import { SteadyLoad } from './steady-load.js';

/** The same alone and beside: calls without a pause keep every core full, so that whatever else runs changes them. */
const CALLS_PER_SECOND = 100;
const QUESTION_EVERY_MS = 200;
const PASSES_PER_ROUND = 4;
const DAY_MS = 86_400_000;

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
  const questions = await readQuestions(gateway.url, headers);

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
    const response = await fetch(`${url}/api/stats/${path}`, { headers });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    times.set(name, [...(times.get(name) ?? []), performance.now() - startedAt]);
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
  const berlin = `${all}&tz=Europe/Berlin`;
  const kathmandu = `${all}&tz=Asia/Kathmandu`;
  return {
    'summary, 7 days': 'summary',
    'summary, 90 days, compared': `summary?${all}&compare=previous`,
    'summary, 90 days, Kathmandu': `summary?${kathmandu}`,
    'summary, 90 days, of one user': `summary?${berlin}&user_id=1000`,
    'summary, 90 days, of one key and model': `summary?${all}&key_id=10001&model=alpha-big`,
    'token-usage, 90 days, Kathmandu': `token-usage?${kathmandu}`,
    'token-usage, 90 days, Kathmandu, of one user': `token-usage?${kathmandu}&user_id=1000`,
    'providers, 90 days, Berlin': `providers?${berlin}`,
    'providers, 90 days, of one user': `providers?${berlin}&user_id=1000`,
    'timeseries, 90 days, Berlin, by model': `timeseries?${berlin}&group_by=model`,
    'timeseries, 90 days, Kathmandu, by model': `timeseries?${kathmandu}&group_by=model`,
    'timeseries, 90 days, Berlin, top users, compared': `timeseries?${berlin}&group_by=user&compare=previous`,
    'timeseries, 90 days, Kathmandu, top keys': `timeseries?${kathmandu}&group_by=key`,
    'timeseries, 90 days, Berlin, users of a model': `timeseries?${berlin}&model=alpha-middle&group_by=user`,
    'timeseries, 90 days, Kathmandu, keys of a provider': `timeseries?${kathmandu}&provider=alpha&group_by=key`,
    'timeseries, 90 days, Berlin, models of a user': `timeseries?${berlin}&user_id=1000&group_by=model`,
    'timeseries, 90 days, Berlin, users who failed': `timeseries?${berlin}&status=error&group_by=user`,
    'timeseries, hours of 30 days, by provider': `timeseries?${month}&granularity=hour&group_by=provider`,
    'timeseries, hours of 30 days, top users': `timeseries?${month}&granularity=hour&group_by=user`,
    'timeseries, hours of 30 days, Kathmandu, by status': `timeseries?${month}&granularity=hour&group_by=status&tz=Asia/Kathmandu`,
    'timeseries, 14 days, keys of a page': `timeseries?date_from=${dayBefore(13)}&group_by=key&ids=${Array.from({ length: 25 }, (_, n) => 10_001 + 10 * n).join(',')}`,
    'requests, first page of 90 days': `requests?${all}`,
    'requests, page 180 by offset': `requests?${all}&offset=9000`,
    'requests, page 180 by cursor': `requests?${all}&cursor=${id}`,
    'requests, errors': `requests?${all}&status=error`,
    'requests, status 400 and more': `requests?${all}&status_min=400`,
    'requests, status 429': `requests?${all}&status_code=429`,
    'requests, one error code': `requests?${all}&error_code=rate_limited`,
    'requests, retried': `requests?${all}&retried=true`,
    'requests, estimated': `requests?${all}&estimated=true`,
    'requests, retried and estimated': `requests?${all}&retried=true&estimated=true`,
    'requests, converted with losses': `requests?${all}&lossy=true`,
    'requests, 30 s and longer': `requests?${all}&min_duration_ms=30000`,
    'requests, longer than any': `requests?${all}&min_duration_ms=300000`,
    'requests, errors after 30 s': `requests?${all}&status=error&min_duration_ms=30000`,
    'requests, one user': `requests?${all}&user_id=1400`,
    'requests, errors of one user': `requests?${all}&user_id=1400&status=error`,
    'requests, errors of one user at a provider': `requests?${all}&user_id=1005&provider=delta&status=error`,
    'requests, slow ones of a quiet user': `requests?${all}&user_id=1990&min_duration_ms=30700`,
    'requests, one key': `requests?${all}&key_id=14001`,
    'requests, one provider': `requests?${all}&provider=delta`,
    'requests, one model': `requests?${all}&model=delta-small`,
    'requests, one tier': `requests?${all}&tier=small`,
    'requests, a tier nobody uses': `requests?${all}&tier=none`,
    'requests, a model in a tier it has not': `requests?${all}&model=delta-small&tier=big`,
    'requests, one session': `requests?${all}&session_id=${session}`,
    'requests, search by id': `requests?q=${id.slice(0, 22)}`,
    'requests, search by session': `requests?q=${session.slice(0, 12)}`,
    'requests, search for nothing': 'requests?q=nobody-has-this',
    'request, detail': `requests/${id}`,
  };
}
