import { Injectable } from '@nestjs/common';
import {
  TOKEN_KINDS,
  type CostLine,
  type RequestAttempt,
  type RequestDetail,
  type RequestLog,
  type RequestLogQueryDto,
} from '@ccs/dto';
import type { Principal } from '../auth/principal.js';
import { NotFoundError } from '../errors/caller-errors.js';
import { PriceList } from '../usage/price-list.js';
import type { Price } from '../usage/price-table.js';
import { sumsOf, total } from './internal/figures.js';
import {
  olderThan,
  requestFilter,
  within,
  type Condition,
  type RequestFilter,
} from './internal/request-filter.js';
import { uuidOf } from './internal/request-id.js';
import {
  MOST_COUNTED,
  requestRow,
  RequestRecords,
  type AttemptRow,
} from './internal/request-records.repository.js';
import { RollupReader } from './internal/rollup-reader.js';
import { rollupFilter, visibleUser } from './internal/stats-scope.js';
import { StatsDatabase } from './stats-database.repository.js';

const DEFAULT_LIMIT = 50;
/** Looked up all at once, where the planner may expect more of them. */
const FEW = 1_000;

/** The request log. Without the permission `stats`, of the reader's own calls. */
@Injectable()
export class RequestLogService {
  private readonly rollups: RollupReader;

  constructor(
    private readonly records: RequestRecords,
    private readonly prices: PriceList,
    database: StatsDatabase,
  ) {
    this.rollups = new RollupReader(database);
  }

  async page(reader: Principal, query: RequestLogQueryDto): Promise<RequestLog> {
    const filter = requestFilter(reader, query, Date.now());
    const limit = Number(query.limit ?? DEFAULT_LIMIT);
    const offset = query.cursor === undefined ? Number(query.offset ?? 0) : 0;
    const conditions = conditionsOf(filter);
    const wanted = query.cursor === undefined ? conditions : [...conditions, olderThan(query.cursor)];
    const counting = this.count(reader, query, filter);
    // Roll-ups count at once, and what they say decides how to look.
    const known = filter.countable ? await counting : null;
    const few = filter.few || (known !== null && known <= FEW);
    const [rows, counted] = await Promise.all([
      known === 0 ? [] : this.records.page(wanted, limit + 1, { offset, few }),
      counting,
    ]);
    const shown = rows.slice(0, limit);
    const exact = counted !== null && (filter.countable || counted <= MOST_COUNTED);
    const sum = exact ? counted : Math.max(Math.min(counted ?? 0, MOST_COUNTED), offset + rows.length);
    return {
      success: true,
      data: shown.map(requestRow),
      count: shown.length,
      total: sum,
      total_is_exact: exact,
      page: Math.floor(offset / limit) + 1,
      page_size: limit,
      total_pages: Math.ceil(sum / limit),
      next_cursor: rows.length > limit ? (shown.at(-1)?.request_id ?? null) : null,
      generated_at: new Date().toISOString(),
    };
  }

  /** Throws `NotFoundError` for an id that is none, and for a call of somebody else's without `stats`. */
  async detail(reader: Principal, requestId: string): Promise<RequestDetail> {
    const uuid = uuidOf(requestId);
    const [record, attempts] =
      uuid === null ? [null, []] : await Promise.all([this.records.one(uuid), this.records.attempts(uuid)]);
    const visible = visibleUser(reader);
    if (record === null || (visible !== null && record.user_id !== visible))
      throw new NotFoundError('There is no recorded request with this id');
    const prices = this.prices.current();
    const at = record.called_at.getTime();
    return {
      ...requestRow(record),
      recorded_at: record.recorded_at.toISOString(),
      candidates: record.candidates.map(({ provider, apiFormat, model, fate, reason }) => ({
        provider_name: provider,
        api_format: apiFormat,
        model,
        fate,
        reason,
      })),
      trace: attempts.map((attempt) =>
        attemptView(attempt, prices.priceOf(attempt.provider, attempt.target_model, at)),
      ),
    };
  }

  /** By the roll-ups, where those know the filter; else by looking, up to a bound. */
  private async count(
    reader: Principal,
    query: RequestLogQueryDto,
    filter: RequestFilter,
  ): Promise<number | null> {
    if (!filter.countable || filter.range === null) return this.records.count(conditionsOf(filter));
    const provider = query.provider ?? query.provider_name;
    const sums = await this.rollups.sums({
      ...filter.range,
      filter: rollupFilter(reader, { ...query, ...(provider === undefined ? {} : { provider }) }),
      groupBy: [],
      buckets: null,
    });
    return total(sums.map(sumsOf)).calls;
  }
}

export const conditionsOf = ({ range, conditions }: RequestFilter): readonly Condition[] =>
  range === null ? conditions : [within(range), ...conditions];

function attemptView(row: AttemptRow, price: Price | null): RequestAttempt {
  return {
    attempt: row.attempt_no,
    provider_name: row.provider,
    api_format: row.api_format,
    model: row.target_model,
    tier: row.tier,
    outcome: row.outcome,
    error_class: row.error_class,
    error_code: row.error_code,
    upstream_status: row.upstream_status,
    started_ms: row.started_ms,
    first_event_ms: row.first_event_ms,
    ended_ms: row.ended_ms,
    input_tokens: numberOf(row.input_tokens),
    output_tokens: numberOf(row.output_tokens),
    cache_read_tokens: numberOf(row.cache_read_tokens),
    cache_write_tokens: numberOf(row.cache_write_tokens),
    cost_lines: row.input_tokens === null ? [] : costLines(row, price),
    price_source: price?.source ?? null,
    price_valid_from:
      price === null || price.validFromMs === 0 ? null : new Date(price.validFromMs).toISOString(),
    losses: row.losses,
  };
}

function costLines(row: AttemptRow, price: Price | null): readonly CostLine[] {
  // Cached tokens without a price of their own cost what others do.
  const perMillion = {
    input: price?.input ?? null,
    output: price?.output ?? null,
    cache_read: price?.cacheRead ?? price?.input ?? null,
    cache_write: price?.cacheWrite ?? price?.input ?? null,
  };
  return TOKEN_KINDS.map((kind) => {
    const tokens = Number(row[`${kind}_tokens`]);
    const nano = perMillion[kind];
    const usd = nano === null ? null : nano / 1e9;
    return { kind, tokens, usd_per_million: usd, cost_usd: usd === null ? null : (tokens * usd) / 1e6 };
  });
}

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));
