import type { CallRecord } from '../call-record.js';

/** A record as a row of `usage_records`, by column; `called_at` is the database's to derive. */
export function recordRow(record: CallRecord): object {
  return {
    request_id: record.requestId,
    user_id: record.userId,
    key_id: record.keyId,
    requested_model: record.requestedModel,
    provider: record.provider,
    target_model: record.targetModel,
    tier: record.tier,
    status: record.status,
    http_status: record.httpStatus,
    error_code: record.errorCode,
    attempts: record.attempts,
    input_tokens: record.inputTokens,
    output_tokens: record.outputTokens,
    cache_read_tokens: record.cacheReadTokens,
    cache_write_tokens: record.cacheWriteTokens,
    estimated: record.estimated,
    cost_nano_usd: record.costNanoUsd,
    first_event_ms: record.firstEventMs,
    duration_ms: record.durationMs,
    stream: record.stream,
    session_id: record.sessionId,
    client: record.client,
    losses: record.losses,
    candidates: record.candidates,
    record_version: record.version,
  };
}

/** Rows of `usage_attempts`, numbered from 1. */
export function attemptRows(record: CallRecord): readonly object[] {
  return record.trace.map((attempt, index) => ({
    request_id: record.requestId,
    attempt_no: index + 1,
    provider: attempt.provider,
    api_format: attempt.apiFormat,
    target_model: attempt.model,
    tier: attempt.tier,
    outcome: attempt.outcome,
    error_class: attempt.errorClass,
    error_code: attempt.errorCode,
    upstream_status: attempt.upstreamStatus,
    started_ms: attempt.startedMs,
    first_event_ms: attempt.firstEventMs,
    ended_ms: attempt.endedMs,
    input_tokens: attempt.tokens?.inputTokens ?? null,
    output_tokens: attempt.tokens?.outputTokens ?? null,
    cache_read_tokens: attempt.tokens?.cacheReadTokens ?? null,
    cache_write_tokens: attempt.tokens?.cacheWriteTokens ?? null,
    losses: attempt.losses,
  }));
}
