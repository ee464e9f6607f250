import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { StatsSummary, Timeseries, TimeseriesPoint, ProviderUsages, TokenUsage } from '@ccs/dto';
import { pino } from 'pino';
import { StatsModule } from '../../src/stats/stats.module.js';
import { CALL_STATUSES, type CallRecord, type CallStatus } from '../../src/usage/call-record.js';
import { UsageStore } from '../../src/usage/usage-store.repository.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { recount, wallClock, type TimedRecord } from '../support/recount.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';
import { callRecord, usageBatch } from '../support/usage-records.js';
import { uuidAt } from '../support/uuid-at.js';

jest.setTimeout(60_000);

const PASSWORD = 'a-long-enough-password';
const HOUR_MS = 3_600_000;
const QUARTER_MS = HOUR_MS / 4;
/** Whole hours, half hours, three quarters; clocks that change by an hour, by half of one, and at midnight. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'America/St_Johns',
  'Africa/Cairo',
  'Pacific/Kiritimati',
];
/** Weeks with changes of the clock, north and south; an ordinary one. */
const WEEKS = [
  '2026-03-06',
  '2026-03-27',
  '2026-04-02',
  '2026-04-22',
  '2026-07-10',
  '2026-09-25',
  '2026-10-23',
  '2026-10-30',
];
const GROUPS = {
  provider: (one: CallRecord) => one.provider,
  model: (one: CallRecord) => one.targetModel,
  tier: (one: CallRecord) => one.tier,
  user: (one: CallRecord) => String(one.userId),
  key: (one: CallRecord) => (one.keyId === null ? null : String(one.keyId)),
  status: (one: CallRecord) => one.status,
} as const;

const pick = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;
const upTo = (most: number): number => Math.floor(Math.random() * (most + 1));

function randomRecord(atMs: number): CallRecord {
  const status = pick<CallStatus>([...CALL_STATUSES, 'success', 'success', 'success']);
  const provider = status === 'refused' ? null : pick(['alpha', 'beta', 'gamma']);
  const userId = 1 + upTo(4);
  return callRecord({
    requestId: uuidAt(atMs),
    userId,
    keyId: Math.random() < 0.1 ? null : userId * 10 + upTo(2),
    provider,
    targetModel: provider === null ? null : `${provider}-${pick(['big', 'small'])}`,
    tier: provider === null ? null : pick(['big', 'middle', 'small']),
    status,
    httpStatus: status === 'success' ? 200 : 500,
    attempts: upTo(3),
    inputTokens: upTo(50_000),
    outputTokens: upTo(4_000),
    cacheReadTokens: upTo(90_000),
    cacheWriteTokens: upTo(900),
    estimated: Math.random() < 0.2,
    costNanoUsd: Math.random() < 0.3 ? null : upTo(2_000_000_000),
    firstEventMs: Math.random() < 0.2 ? null : upTo(5_000),
    durationMs: upTo(60_000),
    trace: [],
  });
}

describe('statistics', () => {
  let database: TestDatabase;
  let rooms: Rooms;
  let headers: Record<string, string>;
  const all: TimedRecord[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD });
    rooms = await startRooms(environment, { modules: [StatsModule] });
    await rooms.app.get(FirstStartService).run();
    for (const [name, permissions] of [
      ['own', '{chat}'],
      ['reader', '{stats}'],
      ['none', '{}'],
    ]) {
      await database.query(
        `insert into users (email, password_hash, permissions) select $1, password_hash, $2 from users where id = 1`,
        [`${name}@example.com`, permissions],
      );
    }
    headers = await signedIn('admin');
    for (const week of WEEKS) {
      for (let n = 0; n < 250; n += 1) {
        const atMs = Date.parse(`${week}T00:00:00Z`) + upTo(7 * 24 * HOUR_MS);
        all.push({ atMs, record: randomRecord(atMs) });
      }
    }
    const store = new UsageStore(environment, pino({ level: 'silent' }));
    for (let n = 0; n < all.length; n += 200) {
      const records = all.slice(n, n + 200).map(({ record }) => record);
      await store.write(usageBatch(`seed.${n}`, records));
    }
    await store.onApplicationShutdown();
  });
  afterAll(async () => {
    await rooms.close();
    await database.drop();
  });

  async function signedIn(name: string): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await rooms.signIn(`${name}@example.com`, PASSWORD)}` };
  }
  async function get<T>(path: string, query: Record<string, string>, by = headers): Promise<T> {
    const { status, body } = await rooms.ask<{ data: T }>(
      'GET',
      `/api/stats/${path}?${new URLSearchParams(query).toString()}`,
      { headers: by },
    );
    expect({ path, query, status, body: status === 200 ? null : body }).toMatchObject({ status: 200 });
    return body.data;
  }
  const recordsOf = (is: (one: TimedRecord) => boolean): CallRecord[] =>
    all.filter(is).map(({ record }) => record);

  /** A range of days of the zone or of instants, and what lies in it. */
  function randomRange(zone: string): { query: Record<string, string>; has: (one: TimedRecord) => boolean } {
    const fromMs = Date.parse(`${pick(WEEKS)}T00:00:00Z`) + upTo(5 * 24 * HOUR_MS);
    const toMs = fromMs + upTo(3 * 24 * HOUR_MS) + 60_000;
    if (Math.random() < 0.5) {
      const [from, to] = [fromMs, toMs].map((ms) => wallClock(ms, zone).time.slice(0, 10)) as [
        string,
        string,
      ];
      const day = ({ atMs }: TimedRecord): string => wallClock(atMs, zone).time.slice(0, 10);
      return {
        query: { date_from: from, date_to: to, tz: zone },
        has: (one) => day(one) >= from && day(one) <= to,
      };
    }
    const [first, end] = [
      Math.floor(fromMs / QUARTER_MS) * QUARTER_MS,
      Math.ceil(toMs / QUARTER_MS) * QUARTER_MS,
    ];
    return {
      query: { date_from: new Date(fromMs).toISOString(), date_to: new Date(toMs).toISOString(), tz: zone },
      has: ({ atMs }) => atMs >= first && atMs < end,
    };
  }

  /** Figures by hour or day as the wall clock of the zone has them. */
  function recountPoints(records: readonly TimedRecord[], zone: string, granularity: 'hour' | 'day') {
    const groups = Map.groupBy(records, ({ atMs }) => {
      const { time, offset } = wallClock(atMs, zone);
      return granularity === 'day' ? time.slice(0, 10) : `${time.slice(0, 13)} ${offset}`;
    });
    return new Map([...groups].map(([label, some]) => [label, recount(some.map(({ record }) => record))]));
  }
  function labelled(points: readonly TimeseriesPoint[], granularity: 'hour' | 'day') {
    return new Map(
      points.map(({ start, ...figures }) => [
        granularity === 'day' ? start.slice(0, 10) : `${start.slice(0, 13)} ${start.slice(19)}`,
        figures,
      ]),
    );
  }

  it('equal a recount of the records, for every zone, over changes of the clock, by every dimension', async () => {
    let seen = 0;
    for (let trial = 0; trial < 120; trial += 1) {
      const zone = pick(ZONES);
      const { query, has } = randomRange(zone);
      const granularity = pick(['hour', 'day'] as const);
      const group = pick(Object.keys(GROUPS) as (keyof typeof GROUPS)[]);
      const filters: Record<string, string> = {
        ...(Math.random() < 0.2 ? { provider: 'alpha' } : {}),
        ...(Math.random() < 0.2 ? { status: 'success' } : {}),
        ...(Math.random() < 0.2 ? { user_id: '2' } : {}),
      };
      const chosen = all.filter(
        (one) =>
          has(one) &&
          (filters['provider'] === undefined || one.record.provider === 'alpha') &&
          (filters['status'] === undefined || one.record.status === 'success') &&
          (filters['user_id'] === undefined || one.record.userId === 2),
      );
      seen += chosen.length;
      const answer = await get<Timeseries>('timeseries', {
        ...query,
        ...filters,
        granularity,
        group_by: group,
        top: '2',
        top_by: 'tokens',
      });
      const context = { zone, query, filters, granularity, group };
      expect({ context, totals: answer.totals }).toEqual({
        context,
        totals: recount(chosen.map(({ record }) => record)),
      });
      expect({ context, points: labelled(answer.points, granularity) }).toEqual({
        context,
        points: recountPoints(chosen, zone, granularity),
      });
      const named = new Set(answer.series.filter(({ other }) => !other).map(({ value }) => value));
      for (const line of answer.series) {
        const own = chosen.filter(({ record }) =>
          line.other ? !named.has(GROUPS[group](record)) : GROUPS[group](record) === line.value,
        );
        expect({ context, line: labelled(line.points, granularity), totals: line.totals }).toEqual({
          context,
          line: recountPoints(own, zone, granularity),
          totals: recount(own.map(({ record }) => record)),
        });
      }
      const shown = answer.series.reduce((sum, { totals }) => sum + totals.requests, 0);
      expect(shown).toBe(chosen.length);
    }
    expect(seen).toBeGreaterThan(1_000);
  });

  it('are the same in summary, token usage, providers and the request log, compared with the time before', async () => {
    for (let trial = 0; trial < 15; trial += 1) {
      const { query, has } = randomRange(pick(ZONES));
      const records = recordsOf(has);
      const figures = recount(records);
      const summary = await get<StatsSummary>('summary', { ...query, compare: 'previous' });
      const { since, until } = summary.date_range;
      const previous = summary.previous?.date_range;
      expect(previous?.until).toBe(since);
      const before = recordsOf(
        ({ atMs }) => atMs >= Date.parse(previous?.since ?? '') && atMs < Date.parse(previous?.until ?? ''),
      );
      expect(recordsOf(({ atMs }) => atMs >= Date.parse(since) && atMs < Date.parse(until))).toEqual(records);
      expect(summary.figures).toEqual(figures);
      expect(summary.previous?.figures).toEqual(recount(before));
      expect(summary).toMatchObject({
        total_requests: figures.requests,
        successful_requests: figures.successful_requests,
        failed_requests: figures.failed_requests,
        token_usage: { total_input_tokens: figures.input_tokens, total_cost_estimate: figures.cost_usd },
      });
      const { providers } = await get<ProviderUsages>('providers', query);
      for (const { provider_name: name, models, ...own } of providers) {
        expect(own).toEqual(recount(records.filter(({ provider }) => provider === name)));
        for (const { model, ...of } of models)
          expect(of).toEqual(
            recount(records.filter((one) => one.provider === name && one.targetModel === model)),
          );
      }
      const usage = await get<TokenUsage>('token-usage', query);
      expect(usage.summary.reduce((sum, row) => sum + row.request_count, 0)).toBe(records.length);
      expect(usage.total_output_tokens).toBe(figures.output_tokens);
      const log = await rooms.ask<{ total: number; total_is_exact: boolean }>(
        'GET',
        `/api/stats/requests?limit=1&${new URLSearchParams(query).toString()}`,
        { headers },
      );
      expect(log.body).toMatchObject({ total: records.length, total_is_exact: true });
    }
  });

  it('give a series for each of the ids that are asked for, in their order, with names', async () => {
    const answer = await get<Timeseries>('timeseries', {
      date_from: '2026-03-01',
      date_to: '2026-11-10',
      group_by: 'user',
      ids: '3,1,77',
    });
    expect(answer.series.map(({ value, label, totals }) => [value, label, totals.requests])).toEqual([
      ['3', 'reader@example.com', recordsOf(({ record }) => record.userId === 3).length],
      ['1', 'admin@example.com', recordsOf(({ record }) => record.userId === 1).length],
      ['77', null, 0],
    ]);
  });

  it('are of the own calls only for whoever lacks the permission', async () => {
    const own = await signedIn('own');
    const range = { date_from: '2026-03-01', date_to: '2026-11-10' };
    const { figures } = await get<StatsSummary>('summary', range, own);
    expect(figures).toEqual(recount(recordsOf(({ record }) => record.userId === 2)));
    const { series } = await get<Timeseries>('timeseries', { ...range, group_by: 'user' }, own);
    expect(series.map(({ value }) => value)).toEqual(['2']);
    const asked = await rooms.ask('GET', '/api/stats/summary?user_id=1', { headers: own });
    expect(asked.status).toBe(403);
    const reader = await signedIn('reader');
    expect((await get<StatsSummary>('summary', range, reader)).figures.requests).toBe(all.length);
    expect((await rooms.ask('GET', '/api/stats/summary', { headers: await signedIn('none') })).status).toBe(
      403,
    );
  });

  it.each([
    ['tz=Mars/Olympus', '/tz'],
    ['tz=%2B05:30', '/tz'],
    ['date_from=2026-11-25&date_to=2026-11-24', '/date_to'],
    ['date_from=1970-01-01', '/date_from'],
    ['date_from=2026-01-01&date_to=2026-12-31&granularity=hour', '/granularity'],
    ['group_by=key&ids=1,x', '/ids'],
    ['group_by=colour', '/group_by'],
    ['limit=1&limit=2', '/limit'],
  ])('refuse %s', async (query, pointer) => {
    const { status, body } = await rooms.ask<{ errors: { pointer: string }[] }>(
      'GET',
      `/api/stats/timeseries?${query}`,
      { headers },
    );
    expect({ status, pointers: body.errors.map((error) => error.pointer) }).toEqual({
      status: 422,
      pointers: [pointer],
    });
  });
});
