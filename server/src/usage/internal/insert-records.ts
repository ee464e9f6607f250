/** What the roll-ups add up, by column. */
export const SUMS = {
  calls: '1',
  attempts: 'attempts',
  input_tokens: 'input_tokens',
  output_tokens: 'output_tokens',
  cache_read_tokens: 'cache_read_tokens',
  cache_write_tokens: 'cache_write_tokens',
  estimated_calls: 'estimated::integer',
  cost_nano_usd: 'coalesce(cost_nano_usd, 0)',
  unpriced_calls: '(cost_nano_usd is null)::integer',
  first_event_ms: 'coalesce(first_event_ms, 0)',
  first_event_calls: '(first_event_ms is not null)::integer',
  duration_ms: 'duration_ms',
} as const;

/** The dimensions of the roll-ups after the time, out of a record. */
export const DIMENSIONS = {
  provider: `coalesce(provider, '')`,
  model: `coalesce(target_model, '')`,
  tier: `coalesce(tier, '')`,
  user_id: 'user_id',
  key_id: 'coalesce(key_id, 0)',
  status: 'status',
} as const;

/** The UTC hour and day of a call. */
export const TIMES = {
  usage_hourly: { column: 'hour', of: `date_trunc('hour', called_at at time zone 'UTC') at time zone 'UTC'` },
  usage_daily: { column: 'day', of: `(called_at at time zone 'UTC')::date` },
} as const;

export type RollupTable = keyof typeof TIMES;

/** Sums over `source`, a relation with the columns of `usage_records`. */
export function sumsOf(table: RollupTable, source: string): string {
  const dimensions = [TIMES[table].of, ...Object.values(DIMENSIONS)];
  const sums = Object.values(SUMS).map((expression) => `sum(${expression})::bigint`);
  const places = dimensions.map((_, index) => String(index + 1)).join(', ');
  return `select ${[...dimensions, ...sums].join(', ')} from ${source} group by ${places} order by ${places}`;
}

/** In this order everywhere, so that two batches lock the rows they share in the same order. */
function addTo(table: RollupTable): string {
  const keys = [TIMES[table].column, ...Object.keys(DIMENSIONS)];
  const columns = [...keys, ...Object.keys(SUMS)].join(', ');
  const additions = Object.keys(SUMS).map((sum) => `${sum} = ${table}.${sum} + excluded.${sum}`);
  return `insert into ${table} (${columns}) ${sumsOf(table, 'fresh')}
    on conflict (${keys.join(', ')}) do update set ${additions.join(', ')}`;
}

const RECORD_COLUMNS = `user_id, key_id, requested_model, provider, target_model, tier, status, http_status, error_code,
  attempts, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, estimated, cost_nano_usd, first_event_ms,
  duration_ms, stream, session_id, client, losses, candidates, record_version`;

const ATTEMPT_COLUMNS = `attempt_no, provider, api_format, target_model, tier, outcome, error_class, error_code,
  upstream_status, started_ms, first_event_ms, ended_ms, input_tokens, output_tokens, cache_read_tokens,
  cache_write_tokens, losses`;

/**
 * $1 records, $2 attempts, both as JSON arrays of rows, $3 the batch. What is there already adds nothing anywhere: the
 * time of a call comes from its id, so a record that comes again meets itself in the same partition.
 */
export const INSERT_RECORDS = `
  with fresh as (
    insert into usage_records (request_id, called_at, ${RECORD_COLUMNS})
    select request_id, usage_time_of(request_id), ${RECORD_COLUMNS}
      from jsonb_populate_recordset(null::usage_records, $1::jsonb) order by request_id
    on conflict do nothing returning *
  ), tries as (
    insert into usage_attempts (request_id, called_at, ${ATTEMPT_COLUMNS})
    select attempt.request_id, fresh.called_at, ${ATTEMPT_COLUMNS.replace(/\w+/g, 'attempt.$&')}
      from jsonb_populate_recordset(null::usage_attempts, $2::jsonb) as attempt
      join fresh on fresh.request_id = attempt.request_id
    on conflict do nothing
  ), hours as (
    ${addTo('usage_hourly')}
  ), days as (
    ${addTo('usage_daily')}
  )
  update usage_batches set inserted = inserted + (select count(*) from fresh) where batch_id = $3`;
