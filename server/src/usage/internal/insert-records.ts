import { addTo, ROLLUP_TABLES } from '../rollups.js';

/** Column of `usage_records` to the field of a `CallRecord` and its type there. */
const RECORD_FIELDS: Readonly<Record<string, string>> = {
  request_id: '"requestId" uuid',
  user_id: '"userId" integer',
  key_id: '"keyId" integer',
  requested_model: '"requestedModel" text',
  provider: '"provider" text',
  target_model: '"targetModel" text',
  tier: '"tier" text',
  status: '"status" text',
  http_status: '"httpStatus" smallint',
  error_code: '"errorCode" text',
  attempts: '"attempts" smallint',
  input_tokens: '"inputTokens" bigint',
  output_tokens: '"outputTokens" bigint',
  cache_read_tokens: '"cacheReadTokens" bigint',
  cache_write_tokens: '"cacheWriteTokens" bigint',
  estimated: '"estimated" boolean',
  cost_nano_usd: '"costNanoUsd" bigint',
  first_event_ms: '"firstEventMs" integer',
  duration_ms: '"durationMs" integer',
  stream: '"stream" boolean',
  session_id: '"sessionId" text',
  client: '"client" text',
  losses: '"losses" text[]',
  candidates: '"candidates" jsonb',
  record_version: '"version" smallint',
};

/** The same of `usage_attempts` and an `AttemptRecord`. */
const ATTEMPT_FIELDS: Readonly<Record<string, string>> = {
  provider: '"provider" text',
  api_format: '"apiFormat" text',
  target_model: '"model" text',
  tier: '"tier" text',
  outcome: '"outcome" text',
  error_class: '"errorClass" text',
  error_code: '"errorCode" text',
  upstream_status: '"upstreamStatus" integer',
  started_ms: '"startedMs" integer',
  first_event_ms: '"firstEventMs" integer',
  ended_ms: '"endedMs" integer',
  losses: '"losses" text[]',
};
const ATTEMPT_TOKENS: Readonly<Record<string, string>> = {
  input_tokens: 'inputTokens',
  output_tokens: 'outputTokens',
  cache_read_tokens: 'cacheReadTokens',
  cache_write_tokens: 'cacheWriteTokens',
};

const columnsOf = (...fields: readonly Readonly<Record<string, string>>[]): string =>
  fields.flatMap((each) => Object.keys(each)).join(', ');
/** Without their types. */
const namesOf = (fields: Readonly<Record<string, string>>): readonly string[] =>
  Object.values(fields).map((field) => field.split(' ')[0] ?? '');
const valuesOf = (alias: string, fields: Readonly<Record<string, string>>): string =>
  namesOf(fields)
    .map((name) => `${alias}.${name}`)
    .join(', ');
const tokens = Object.values(ATTEMPT_TOKENS).map((name) => `(attempt.tokens ->> '${name}')::bigint`);

/**
 * $1 a JSON array of `CallRecord`, $2 the batch. What is there already adds nothing anywhere: the time of a call comes
 * from its id, so a record that comes again meets itself in the same partition.
 */
export const INSERT_RECORDS = `
  with calls as (
    select * from jsonb_to_recordset($1::jsonb) as (${Object.values(RECORD_FIELDS).join(', ')}, trace jsonb)
  ), fresh as (
    insert into usage_records (called_at, ${columnsOf(RECORD_FIELDS)})
    select usage_time_of("requestId"), ${valuesOf('calls', RECORD_FIELDS)} from calls order by "requestId"
    on conflict do nothing returning *
  ), tries as (
    insert into usage_attempts (request_id, called_at, attempt_no, ${columnsOf(ATTEMPT_FIELDS, ATTEMPT_TOKENS)})
    select request_id, called_at, attempt_no, ${valuesOf('attempt', ATTEMPT_FIELDS)}, ${tokens.join(', ')}
      from calls join fresh on request_id = "requestId"
     cross join rows from (
             jsonb_to_recordset(trace) as (${Object.values(ATTEMPT_FIELDS).join(', ')}, tokens jsonb)
           ) with ordinality as attempt (${namesOf(ATTEMPT_FIELDS).join(', ')}, tokens, attempt_no)
    on conflict do nothing
  ), ${ROLLUP_TABLES.map((table) => `${table}_added as (${addTo(table, 'fresh')})`).join(', ')}
  update usage_batches set inserted = inserted + (select count(*) from fresh) where batch_id = $2`;
