import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StatsAnswer, StatsSummary, Timeseries } from '@ccs/dto';
import { seedUsage, type Seeded } from '../../../bench/src/seed-usage.js';
import { readQuestions } from '../../../bench/src/stats-questions.js';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { breakConnections } from '../support/outage.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

let simulator: Simulator;
let gateway: Gateway;
let seeded: Seeded;

/** `npm run bench -- --only stats` has ten million. */
const RECORDS = 100_000;

beforeAll(async () => {
  simulator = await startSimulator();
  gateway = await startGateway({
    config: {
      providers: [
        {
          name: 'p',
          api_format: 'openai',
          api_key: 'up',
          base_url: simulator.openAiUrl('p'),
          models: { big: ['m'], middle: ['m'], small: ['m'] },
        },
      ],
    },
  });
  seeded = await seedUsage(gateway.database.url, RECORDS);
}, 120_000);

afterAll(async () => {
  await gateway.stop();
  await simulator.close();
}, 60_000);

// Tests of rooms have no thread: only what is built has.
it('answers on a thread of its own, also when its connections broke', async () => {
  const calls = 3;
  for (let count = 0; count < calls; count += 1) {
    const messages = [{ role: 'user', content: 'Hi' }];
    expect((await gateway.messages({ model: 'p/m', max_tokens: 9, messages })).status).toBe(200);
  }
  const statistics = async <T>(path: string): Promise<T> => {
    const response = await gateway.api('GET', `/api/stats/${path}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    return ((await response.json()) as StatsAnswer<T>).data;
  };
  await eventually(async () => {
    expect(await statistics<StatsSummary>('summary?provider=p')).toMatchObject({
      successful_requests: calls,
    });
  }, 20_000);
  const refused = await gateway.api('GET', '/api/stats/summary?date_from=2026-11-02&date_to=2026-11-01');
  expect([refused.status, await refused.json()]).toMatchObject([422, { errors: [{ pointer: '/date_to' }] }]);

  await breakConnections(gateway.database.url, 'cc-switch statistics');
  const chart = await statistics<Timeseries>('timeseries?group_by=provider&provider=p');
  expect(chart.series).toMatchObject([{ value: 'p', totals: { requests: calls } }]);
}, 60_000);

it('answers every chart and list over many records', async () => {
  const questions = await readQuestions((path) => gateway.api('GET', path));
  for (const [name, path] of Object.entries(questions)) {
    const response = await gateway.api('GET', path);
    // What takes the database too long is a 503.
    expect({ name, status: response.status }).toEqual({ name, status: 200 });
    await response.arrayBuffer();
  }
  const everything = await gateway.api('GET', questions['summary, 90 days, compared'] ?? '');
  const { data } = (await everything.json()) as StatsAnswer<StatsSummary>;
  expect(data.total_requests).toBeGreaterThanOrEqual(seeded.records);
}, 120_000);
