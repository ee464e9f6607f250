import { Injectable } from '@nestjs/common';
import type { RequestRow, StatsStatus } from '@ccs/dto';
import { StatsDatabase } from '../stats-database.repository.js';
import { whereOf, type Condition } from './request-filter.js';
import { timeOfUuid } from './request-id.js';

/** Counting stops here. */
export const MOST_COUNTED = 10_000;
/** And after so long. */
const COUNTING_MS = 150;

const COLUMNS = `request_id, called_at, recorded_at, user_id, key_id, requested_model, provider, target_model, tier, status,
  http_status, error_code, attempts, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, estimated,
  cost_nano_usd, first_event_ms, duration_ms, stream, session_id, client, losses`;

/** A row of `usage_records` with the names that go with it; numbers beyond 32 bits are texts. */
export interface RecordRow {
  readonly request_id: string;
  readonly called_at: Date;
  readonly recorded_at: Date;
  readonly user_id: number;
  readonly user_email: string | null;
  readonly key_id: number | null;
  readonly key_name: string | null;
  readonly requested_model: string;
  readonly provider: string | null;
  readonly target_model: string | null;
  readonly tier: string | null;
  readonly status: StatsStatus;
  readonly http_status: number | null;
  readonly error_code: string | null;
  readonly attempts: number;
  readonly input_tokens: string;
  readonly output_tokens: string;
  readonly cache_read_tokens: string;
  readonly cache_write_tokens: string;
  readonly estimated: boolean;
  readonly cost_nano_usd: string | null;
  readonly first_event_ms: number | null;
  readonly duration_ms: number;
  readonly stream: boolean;
  readonly session_id: string | null;
  readonly client: string | null;
  readonly losses: readonly string[];
}

export interface CandidateColumns {
  readonly provider: string;
  readonly apiFormat: string;
  readonly model: string;
  readonly fate: string;
  readonly reason: string;
}

export interface AttemptRow {
  readonly attempt_no: number;
  readonly provider: string;
  readonly api_format: string;
  readonly target_model: string;
  readonly tier: string | null;
  readonly outcome: string;
  readonly error_class: string | null;
  readonly error_code: string | null;
  readonly upstream_status: number | null;
  readonly started_ms: number;
  readonly first_event_ms: number | null;
  readonly ended_ms: number | null;
  readonly input_tokens: string | null;
  readonly output_tokens: string | null;
  readonly cache_read_tokens: string | null;
  readonly cache_write_tokens: string | null;
  readonly losses: readonly string[];
}

/** Records, newest first. */
@Injectable()
export class RequestRecords {
  constructor(private readonly database: StatsDatabase) {}

  /**
   * @param few so few meet the conditions that all are looked up first. Left to itself, the planner takes dimensions for
   * independent of each other, expects many, and reads every record of the range for them.
   */
  page(
    conditions: readonly Condition[],
    limit: number,
    { offset = 0, few = false }: { readonly offset?: number; readonly few?: boolean } = {},
  ): Promise<readonly RecordRow[]> {
    const where = whereOf(conditions);
    const matching = `select ${COLUMNS} from usage_records where ${where.sql}`;
    return this.database.rows<RecordRow>(
      named(`${few ? `select * from (${matching} offset 0) as matching` : matching}
              order by called_at desc, request_id desc limit ${limit} offset ${offset}`),
      where.values,
    );
  }

  /** Up to `MOST_COUNTED` + 1; null: it takes too long for a figure at the foot of a page. */
  async count(conditions: readonly Condition[]): Promise<number | null> {
    const where = whereOf(conditions);
    const rows = await this.database.rowsWithin<{ n: number }>(
      COUNTING_MS,
      `select count(*)::integer as n
         from (select 1 from usage_records where ${where.sql} limit ${MOST_COUNTED + 1}) as counted`,
      where.values,
    );
    return rows === null ? null : (rows[0]?.n ?? 0);
  }

  /** What was recorded after `since`, oldest first. */
  recordedSince(since: Date, limit: number): Promise<readonly RecordRow[]> {
    return this.database.rows<RecordRow>(
      named(
        `select ${COLUMNS} from usage_records where recorded_at > $1 order by recorded_at, request_id limit ${limit}`,
        'recorded_at, request_id',
      ),
      [since],
    );
  }

  async one(
    uuid: string,
  ): Promise<(RecordRow & { readonly candidates: readonly CandidateColumns[] }) | null> {
    const [row] = await this.database.rows<RecordRow & { readonly candidates: readonly CandidateColumns[] }>(
      named(`select ${COLUMNS}, candidates from usage_records where called_at = $1 and request_id = $2`),
      [new Date(timeOfUuid(uuid)), uuid],
    );
    return row ?? null;
  }

  attempts(uuid: string): Promise<readonly AttemptRow[]> {
    return this.database.rows<AttemptRow>(
      `select attempt_no, provider, api_format, target_model, tier, outcome, error_class, error_code, upstream_status,
              started_ms, first_event_ms, ended_ms, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
              losses
         from usage_attempts where called_at = $1 and request_id = $2 order by attempt_no`,
      [new Date(timeOfUuid(uuid)), uuid],
    );
  }
}

/** Names are joined to the few rows of a page, not to all that were looked at. */
const named = (records: string, order = 'called_at desc, request_id desc'): string => `
  select r.*, u.email as user_email, k.name as key_name
    from (${records}) as r
    left join users u on u.id = r.user_id
    left join api_keys k on k.id = r.key_id
   order by ${order.replace(/\b(called_at|request_id|recorded_at)\b/g, 'r.$1')}`;

export function requestRow(row: RecordRow): RequestRow {
  return {
    request_id: `req_${row.request_id}`,
    created_at: row.called_at.toISOString(),
    user_id: row.user_id,
    user_email: row.user_email,
    key_id: row.key_id,
    key_name: row.key_name,
    requested_model: row.requested_model,
    provider_name: row.provider,
    model: row.target_model,
    tier: row.tier,
    status: row.status,
    status_code: row.http_status,
    error_code: row.error_code,
    attempts: row.attempts,
    input_tokens: Number(row.input_tokens),
    output_tokens: Number(row.output_tokens),
    cache_read_tokens: Number(row.cache_read_tokens),
    cache_write_tokens: Number(row.cache_write_tokens),
    estimated: row.estimated,
    cost_usd: row.cost_nano_usd === null ? null : Number(row.cost_nano_usd) / 1e9,
    first_token_ms: row.first_event_ms,
    response_time_ms: row.duration_ms,
    stream: row.stream,
    session_id: row.session_id,
    client: row.client,
    losses: row.losses,
  };
}
