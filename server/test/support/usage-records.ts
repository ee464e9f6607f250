import { randomUUIDv7 } from 'node:crypto';
import type { CallRecord } from '../../src/usage/call-record.js';
import { batchOf, type UsageBatch } from '../../src/usage/usage-batch.js';

/** The record of a call that just succeeded; `over` wins. */
export function callRecord(over: Partial<CallRecord> = {}): CallRecord {
  return {
    version: 1,
    requestId: randomUUIDv7(),
    userId: 1,
    keyId: 2,
    requestedModel: 'claude-sonnet-5',
    stream: true,
    sessionId: null,
    client: 'claude-cli/2.1.0',
    provider: 'sim',
    targetModel: 'm',
    tier: 'middle',
    status: 'success',
    httpStatus: 200,
    errorCode: null,
    attempts: 1,
    inputTokens: 100,
    outputTokens: 20,
    cacheReadTokens: 5,
    cacheWriteTokens: 0,
    estimated: false,
    costNanoUsd: 1_000,
    firstEventMs: 40,
    durationMs: 300,
    losses: [],
    candidates: [],
    trace: [
      {
        provider: 'sim',
        apiFormat: 'openai',
        model: 'm',
        tier: 'middle',
        outcome: 'answered',
        errorClass: null,
        errorCode: null,
        upstreamStatus: null,
        startedMs: 1,
        firstEventMs: 39,
        endedMs: 299,
        tokens: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 5, cacheWriteTokens: 0 },
        losses: [],
      },
    ],
    ...over,
  };
}

/** A job with these records. */
export function usageBatch(batchId: string, records: readonly CallRecord[]): UsageBatch {
  return batchOf(
    batchId,
    records.map((record) => JSON.stringify(record)),
  );
}
