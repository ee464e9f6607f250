import pg from 'pg';
import {
  OUTCOMES_OF_ROW,
  ROLLUP_TABLES,
  ROLLUPS,
  sumColumnsOf,
  type RollupTable,
} from '../../server/src/usage/rollups.js';

const USERS = 1_000;
const KEYS_PER_USER = 2;
const DAYS = 90;
const CALLS_PER_SESSION = 40;
const SESSIONS_PER_STATEMENT = 5_000;
const WRITERS = 2;
const FIRST_USER = 1_000;

export interface Seeded {
  readonly records: number;
  readonly seconds: number;
}

/**
 * Records as a company would leave them: sessions of 40 calls within half an hour, mostly by day, a few people with
 * most of them, a dozen models. Made by the database itself; the roll-ups are then added up from the records.
 */
export async function seedUsage(databaseUrl: string, records: number): Promise<Seeded> {
  const startedAt = performance.now();
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: WRITERS,
    options: '-c synchronous_commit=off',
  });
  try {
    await pool.query(PEOPLE);
    await pool.query(
      `select ensure_usage_month((now() - make_interval(days => n))::date) from generate_series(0, ${DAYS + 28}, 28) as n`,
    );
    const indexes = await takeIndexes(pool, 'usage_records');
    const sessions = Math.ceil(records / CALLS_PER_SESSION);
    const starts = Array.from(
      { length: Math.ceil(sessions / SESSIONS_PER_STATEMENT) },
      (_, n) => n * SESSIONS_PER_STATEMENT,
    );
    const writer = async (): Promise<void> => {
      for (let first = starts.shift(); first !== undefined; first = starts.shift())
        await pool.query(SESSIONS, [first, Math.min(first + SESSIONS_PER_STATEMENT, sessions) - 1]);
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
    for (const definition of indexes) await pool.query(definition);
    await pool.query(ATTEMPTS_OF_A_WEEK);
    for (const table of ROLLUP_TABLES) await pool.query(fill(table));
    await pool.query('vacuum analyze');
    const { rows } = await pool.query<{ n: number }>(
      'select sum(calls)::integer as n from usage_target_days',
    );
    return { records: rows[0]?.n ?? 0, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await pool.end();
  }
}

/** Filling a table first and sorting afterwards takes a third of the time. */
async function takeIndexes(pool: pg.Pool, table: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `select c.relname as name, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as definition
       from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = $1::regclass and not i.indisprimary`,
    [table],
  );
  for (const { name } of rows) await pool.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

const PEOPLE = `
  with people as (
    insert into users (id, email, permissions)
    overriding system value
    select ${FIRST_USER} + n, 'person' || n || '@example.com', '{chat}' from generate_series(0, ${USERS - 1}) as n
    returning id
  )
  insert into api_keys (id, user_id, name, digest, key_prefix, last_four)
  overriding system value
  select id * 10 + k, id, 'key ' || k, sha256((id || '/' || k)::bytea), 'sk-seed', '0000'
    from people, generate_series(1, ${KEYS_PER_USER}) as k`;

/** $1 to $2: numbers of sessions. */
const SESSIONS = `
  with sessions as materialized (
    select n, random() as mood, md5('s' || n) as session_hash,
           ${FIRST_USER} + floor(${USERS} * power(random(), 3))::integer as user_id,
           1 + floor(${KEYS_PER_USER} * random())::integer as key_no,
           (array['alpha', 'beta', 'gamma', 'delta'])[1 + floor(4 * power(random(), 2))::integer] as provider,
           (array['big', 'middle', 'middle', 'small'])[1 + floor(4 * random())::integer] as tier,
           -- By day more than by night: the mean of three.
           date_trunc('day', now()) - make_interval(days => floor(${DAYS} * random())::integer)
             + make_interval(secs => (random() + random() + random()) / 3 * 86400) as starts_at
      from generate_series($1::integer, $2::integer) as n
  ), calls as materialized (
    select sessions.*, floor(extract(epoch from starts_at) * 1000 + c * 45000 + random() * 30000)::bigint as ms,
           md5(n || '.' || c) as hash, random() as luck, random() as size
      from sessions, generate_series(0, ${CALLS_PER_SESSION - 1}) as c
  )
  insert into usage_records (request_id, called_at, user_id, key_id, requested_model, provider, target_model, tier,
    status, http_status, error_code, attempts, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
    estimated, cost_nano_usd, first_event_ms, duration_ms, stream, session_id, client, record_version, recorded_at)
  select (lpad(to_hex(ms), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid,
         to_timestamp(ms / 1000.0), user_id, user_id * 10 + key_no, 'claude-' || tier, provider,
         provider || '-' || tier, tier,
         case when luck < 0.95 then 'success' when luck < 0.97 then 'client_gone' when luck < 0.99 then 'error'
              else 'refused' end,
         case when luck < 0.97 then 200 when luck < 0.99 then 529 else 429 end,
         case when luck < 0.97 then null when luck < 0.99 then 'upstream_overloaded' else 'rate_limited' end,
         case when luck > 0.94 and luck < 0.99 then 2 else 1 end,
         (size * 20000)::integer, (size * 1500)::integer, (size * 60000)::integer, (size * 500)::integer,
         luck between 0.95 and 0.97, case when provider = 'delta' then null else (size * 2e8)::bigint end,
         (200 + size * 3000)::integer, (800 + size * 30000)::integer, true,
         session_hash::uuid::text, 'claude-cli/2.1.0', 1, to_timestamp(ms / 1000.0)
    from calls where ms < extract(epoch from now()) * 1000`;

const ATTEMPTS_OF_A_WEEK = `
  insert into usage_attempts (request_id, called_at, attempt_no, provider, api_format, target_model, tier, outcome,
    started_ms, first_event_ms, ended_ms, input_tokens, output_tokens)
  select request_id, called_at, 1, provider, 'openai', target_model, tier, 'answered', 1, first_event_ms, duration_ms,
         input_tokens, output_tokens
    from usage_records where called_at >= now() - interval '7 days'`;

/** Quarters out of the records, which they add up themselves; every other roll-up out of quarters. */
function fill(table: RollupTable): string {
  const { time, dimensions } = ROLLUPS[table];
  const fromRecords = table === 'usage_quarters';
  const columns = sumColumnsOf(table);
  const keys = fromRecords
    ? [time.of, ...dimensions.map((name) => (name === 'model' ? 'target_model' : name))]
    : [time.of.replace('called_at', 'since'), ...dimensions];
  const sums = Object.entries(columns).map(
    ([column, ofRecord]) => `sum(${fromRecords ? ofRecord : (OUTCOMES_OF_ROW[column] ?? column)})::bigint`,
  );
  return `insert into ${table} (${[time.column, ...dimensions, ...Object.keys(columns)].join(', ')})
    select ${[...keys, ...sums].join(', ')} from ${fromRecords ? 'usage_records' : 'usage_quarters'}
     group by ${keys.map((_, index) => index + 1).join(', ')}`;
}
