import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RequestDetail, RequestLog, RequestRow } from '@ccs/dto';
import { Client } from 'pg';
import { pino } from 'pino';
import { StatsDatabase } from '../../src/stats/stats-database.repository.js';
import { StatsModule } from '../../src/stats/stats.module.js';
import type { CallRecord } from '../../src/usage/call-record.js';
import { UsageStore } from '../../src/usage/usage-store.repository.js';
import { FirstStartService } from '../../src/users/first-start.js';
import { SseReader } from '../support/sse-reader.js';
import { startRooms, type Rooms } from '../support/start-rooms.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testEnvironment } from '../support/test-environment.js';
import { callRecord, usageBatch } from '../support/usage-records.js';
import { uuidAt } from '../support/uuid-at.js';

jest.setTimeout(60_000);

const PASSWORD = 'a-long-enough-password';
const HOUR_MS = 3_600_000;

describe('the request log', () => {
  let database: TestDatabase;
  let store: UsageStore;
  let rooms: Rooms;
  let headers: Record<string, string>;
  let own: Record<string, string>;
  const all: CallRecord[] = [];
  let batches = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = testEnvironment(database.url, { ADMIN_PASSWORD: PASSWORD });
    rooms = await startRooms(environment, { modules: [StatsModule] });
    await rooms.app.get(FirstStartService).run();
    await database.query(
      `insert into users (email, password_hash, permissions) select 'own@example.com', password_hash, '{chat}' from users where id = 1`,
    );
    headers = { authorization: `Bearer ${await rooms.signIn('admin@example.com', PASSWORD)}` };
    own = { authorization: `Bearer ${await rooms.signIn('own@example.com', PASSWORD)}` };
    store = new UsageStore(environment, pino({ level: 'silent' }));
    const since = Date.now() - 48 * HOUR_MS;
    // Several of one millisecond, and over a border of months at most.
    for (let n = 0; n < 230; n += 1) {
      all.push(
        callRecord({
          requestId: uuidAt(since + Math.floor(n / 3) * 20 * 60_000),
          userId: n % 5 === 0 ? 2 : 1,
          status: n % 7 === 0 ? 'error' : 'success',
          httpStatus: n % 7 === 0 ? 529 : 200,
          errorCode: n % 7 === 0 ? 'upstream_overloaded' : null,
          attempts: n % 11 === 0 ? 2 : 1,
          provider: n % 2 === 0 ? 'alpha' : 'beta',
          sessionId: `session-${n % 4}`,
          losses: n % 13 === 0 ? ['thinking_dropped'] : [],
          durationMs: n,
        }),
      );
    }
    await write(all);
  });
  afterAll(async () => {
    await store.onApplicationShutdown();
    await rooms.close();
    await database.drop();
  });

  const write = (records: readonly CallRecord[]): Promise<void> => {
    batches += 1;
    return store.write(usageBatch(`seed.${batches}`, records));
  };
  async function page(query: string, by = headers): Promise<RequestLog> {
    const { status, body } = await rooms.ask<RequestLog>('GET', `/api/stats/requests?${query}`, {
      headers: by,
    });
    expect({ query, status }).toEqual({ query, status: 200 });
    return body;
  }
  /** What it should show, newest first. */
  const expected = (is: (record: CallRecord) => boolean = () => true): string[] =>
    all
      .filter(is)
      .map(({ requestId }) => `req_${requestId}`)
      .sort()
      .reverse();
  const ids = ({ data }: { data: readonly RequestRow[] }): string[] => data.map((row) => row.request_id);

  it('is read page by page, every record once, while new ones come in', async () => {
    const seen: string[] = [];
    const late: CallRecord[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const part = await page(`limit=32${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...ids(part));
      cursor = part.next_cursor;
      late.push(callRecord({ userId: 1, provider: 'late' }));
      await write(late.slice(-1));
    }
    expect(seen).toEqual(expected());
    all.push(...late);
  });

  it.each<[string, (record: CallRecord) => boolean]>([
    ['status=error', ({ status }) => status === 'error'],
    ['status_code=529', ({ httpStatus }) => httpStatus === 529],
    ['status_min=400', ({ httpStatus }) => (httpStatus ?? 0) >= 400],
    ['error_code=upstream_overloaded', ({ errorCode }) => errorCode !== null],
    ['retried=true', ({ attempts }) => attempts > 1],
    ['lossy=true', ({ losses }) => losses.length > 0],
    ['provider_name=alpha', ({ provider }) => provider === 'alpha'],
    ['provider=beta&user_id=2', ({ provider, userId }) => provider === 'beta' && userId === 2],
    ['session_id=session-3', ({ sessionId }) => sessionId === 'session-3'],
    ['q=session', ({ sessionId }) => sessionId !== null],
    ['q=session-2', ({ sessionId }) => sessionId === 'session-2'],
    ['q=sess%25', () => false],
    ['min_duration_ms=200', ({ durationMs }) => durationMs >= 200],
  ])('is filtered by %s', async (query, is) => {
    const part = await page(`limit=1000&${query}`);
    expect(ids(part)).toEqual(expected(is));
    expect(part).toMatchObject({ total: expected(is).length, total_is_exact: true, next_cursor: null });
  });

  it('finds a request by its id and by the beginning of it, whenever it was', async () => {
    const old = callRecord({ requestId: uuidAt(Date.parse('2026-01-15T10:00:00Z')) });
    await write([old]);
    for (const q of [`req_${old.requestId}`, old.requestId, old.requestId.slice(0, 18)])
      expect(ids(await page(`q=${q}`))).toEqual([`req_${old.requestId}`]);
  });

  it('shows no more than the own calls without the permission', async () => {
    const mine = await page('limit=1000', own);
    expect(ids(mine)).toEqual(expected(({ userId }) => userId === 2));
    const others = all.find(({ userId }) => userId === 1)?.requestId ?? '';
    const asked = (by: Record<string, string>) =>
      rooms.ask('GET', `/api/stats/requests/req_${others}`, { headers: by });
    expect((await asked(own)).status).toBe(404);
    expect((await asked(headers)).status).toBe(200);
  });

  it('tells of one request which targets there were, what was tried and for how long', async () => {
    const record = callRecord({
      candidates: [
        { provider: 'alpha', apiFormat: 'openai', model: 'm', fate: 'tried', reason: '' },
        { provider: 'beta', apiFormat: 'openai', model: 'n', fate: 'cooling', reason: 'for 20 s more' },
      ],
    });
    await write([record]);
    const { body } = await rooms.ask<{ data: RequestDetail }>(
      'GET',
      `/api/stats/requests/${record.requestId}`,
      {
        headers,
      },
    );
    expect(body.data).toMatchObject({
      request_id: `req_${record.requestId}`,
      user_email: 'admin@example.com',
      cost_usd: 0.000001,
      candidates: [
        { provider_name: 'alpha', fate: 'tried' },
        { provider_name: 'beta', model: 'n', fate: 'cooling', reason: 'for 20 s more' },
      ],
      trace: [
        {
          attempt: 1,
          outcome: 'answered',
          started_ms: 1,
          first_event_ms: 39,
          ended_ms: 299,
          input_tokens: 100,
          cost_lines: [
            { kind: 'input', tokens: 100, usd_per_million: null, cost_usd: null },
            { kind: 'output', tokens: 20 },
            { kind: 'cache_read', tokens: 5 },
            { kind: 'cache_write', tokens: 0 },
          ],
          price_source: null,
        },
      ],
    });
  });

  it('goes into a spreadsheet without becoming a formula, and leaves a line in the audit trail', async () => {
    await write([
      callRecord({ requestedModel: '=HYPERLINK("http://evil")', client: '@SUM(1)', provider: 'sheet' }),
    ]);
    const response = await rooms.app.inject({
      method: 'GET',
      url: '/api/stats/export.csv?provider=sheet',
      headers,
    });
    expect(response.headers['content-type']).toContain('text/csv');
    const [head, line, ...rest] = response.body.split('\r\n');
    expect(head).toMatch(/^created_at,request_id,/);
    expect(line).toContain(`"'=HYPERLINK(""http://evil"")"`);
    expect(line).toContain(`'@SUM(1)`);
    expect(rest).toEqual(['']);
    const { rows } = await database.query(
      `select actor_email, after->>'provider' as provider from audit_events where action = 'usage.export'`,
    );
    expect(rows).toEqual([{ actor_email: 'admin@example.com', provider: 'sheet' }]);
  });

  it('is exported whole, over many pages', async () => {
    const many = Array.from({ length: 2_300 }, () => callRecord({ provider: 'many' }));
    for (let n = 0; n < many.length; n += 200) await write(many.slice(n, n + 200));
    const { body } = await rooms.app.inject({
      method: 'GET',
      url: '/api/stats/export.csv?provider=many',
      headers,
    });
    const exported = body
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[1] ?? '');
    expect(exported).toEqual(
      many
        .map(({ requestId }) => `req_${requestId}`)
        .sort()
        .reverse(),
    );
  });

  it('is told live, once each, by the filter and to whom it concerns', async () => {
    await rooms.app.listen(0, '127.0.0.1');
    const url = await rooms.app.getUrl();
    const listen = async (query: string, by: Record<string, string>) => {
      const leaving = new AbortController();
      const response = await fetch(`${url}/api/stats/requests/live?${query}`, {
        headers: by,
        signal: leaving.signal,
      });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      return { reader: new SseReader(response), leave: () => leaving.abort() };
    };
    const everybody = await listen('provider=live', headers);
    const mine = await listen('', own);
    const records = Array.from({ length: 6 }, (_, n) =>
      callRecord({ provider: 'live', userId: n < 2 ? 2 : 1 }),
    );
    await write([callRecord({ provider: 'other' })]);
    await write(records.slice(0, 3));
    await write(records.slice(3));
    await everybody.reader.readUntil((events) => events.length >= 6, 10_000);
    await mine.reader.readUntil((events) => events.length >= 2, 10_000);
    const told = ({ reader }: typeof mine) =>
      reader.events.map((event) => (event as unknown as { request_id: string }).request_id);
    expect(told(everybody).sort()).toEqual(records.map(({ requestId }) => `req_${requestId}`).sort());
    expect(told(mine).sort()).toEqual(
      records
        .slice(0, 2)
        .map(({ requestId }) => `req_${requestId}`)
        .sort(),
    );
    everybody.leave();
    mine.leave();
  });

  it('gives up a count that takes too long, and its connection with it', async () => {
    const statistics = rooms.app.get(StatsDatabase);
    const slow = Array.from({ length: 6 }, () => statistics.rowsWithin(50, 'select pg_sleep(5)', []));
    expect(await Promise.all(slow)).toEqual(Array.from({ length: 6 }, () => null));
    expect(await statistics.rowsWithin(2_000, 'select $1::integer as n', [7])).toEqual([{ n: 7 }]);
    const timeout = await statistics.rows('show statement_timeout', []);
    expect(timeout).toEqual([{ statement_timeout: '3s' }]);
  });

  it('says that it is busy instead of waiting without end', async () => {
    const holder = new Client(database.url);
    await holder.connect();
    await holder.query('begin; lock table usage_target_days in access exclusive mode');
    try {
      const { status, body } = await rooms.ask('GET', '/api/stats/summary', { headers });
      expect({ status, code: body['code'] }).toEqual({ status: 503, code: 'statistics_busy' });
    } finally {
      await holder.query('rollback');
      await holder.end();
    }
    expect((await rooms.ask('GET', '/api/stats/summary', { headers })).status).toBe(200);
  });
});
