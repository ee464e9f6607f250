import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify';
import { pipeline, Readable } from 'node:stream';
import type { RequestExportQueryDto, RequestRow } from '@ccs/dto';
import { AuditLog } from '../audit/audit-log.js';
import type { Principal } from '../auth/principal.js';
import { olderThan, requestFilter, type Condition } from './internal/request-filter.js';
import { requestRow, RequestRecords } from './internal/request-records.repository.js';
import { conditionsOf } from './request-log.service.js';

const PAGE = 1_000;

const COLUMNS = [
  'created_at',
  'request_id',
  'user_id',
  'user_email',
  'key_id',
  'key_name',
  'requested_model',
  'provider_name',
  'model',
  'tier',
  'status',
  'status_code',
  'error_code',
  'attempts',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'estimated',
  'cost_usd',
  'first_token_ms',
  'response_time_ms',
  'stream',
  'session_id',
  'client',
  'losses',
] as const satisfies readonly (keyof RequestRow)[];

/** The request log as a file, page by page: neither database nor memory ever hold more than one. */
@Injectable()
export class RequestExportService {
  constructor(
    private readonly records: RequestRecords,
    private readonly audit: AuditLog,
  ) {}

  /** CSV (RFC 4180), newest first. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
  async csv(reader: Principal, address: string, query: RequestExportQueryDto): Promise<Readable> {
    const { cursor: _cursor, limit: _limit, offset: _offset, ...chosen } = query;
    const conditions = conditionsOf(requestFilter(reader, chosen, Date.now()));
    await this.audit.record({
      action: 'usage.export',
      actor: { userId: reader.userId, email: reader.email },
      address,
      target: { kind: 'usage', id: 'requests' },
      after: { ...chosen },
    });
    const csv = stringify({
      header: true,
      columns: [...COLUMNS],
      record_delimiter: 'windows',
      escape_formulas: true,
      cast: { boolean: String },
    });
    // An error on the way ends the answer before its end, which is all that can still be said.
    pipeline(Readable.from(this.rows(conditions)), csv, () => undefined);
    return csv;
  }

  private async *rows(conditions: readonly Condition[]): AsyncGenerator<Record<string, unknown>> {
    for (let cursor: string | null = null; ;) {
      const page: readonly RequestRow[] = (
        await this.records.page(cursor === null ? conditions : [...conditions, olderThan(cursor)], PAGE)
      ).map(requestRow);
      for (const row of page) yield { ...row, losses: row.losses.join(' ') };
      const last = page.at(-1);
      if (page.length < PAGE || last === undefined) return;
      cursor = last.request_id;
    }
  }
}
