import { addTo, ROLLUP_TABLES } from '../rollups.js';

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
  ), ${ROLLUP_TABLES.map((table) => `${table}_added as (${addTo(table, 'fresh')})`).join(', ')}
  update usage_batches set inserted = inserted + (select count(*) from fresh) where batch_id = $3`;
