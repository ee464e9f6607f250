import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For the filters of the request log that few records pass, for ids by their beginning, and for the live tail. */
export class RequestLogIndexes1764115200076 implements MigrationInterface {
  readonly name = 'RequestLogIndexes1764115200076';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}

const STATEMENTS = [
  'drop index usage_records_by_session',
  // By bytes, as LIKE needs it for a beginning.
  `create index usage_records_by_session on usage_records (session_id collate "C", called_at, request_id)
     where session_id is not null`,
  'create index usage_records_failed on usage_records (called_at, request_id) where http_status >= 400',
  'create index usage_records_retried on usage_records (called_at, request_id) where attempts > 1',
  'create index usage_records_estimated on usage_records (called_at, request_id) where estimated',
  `create index usage_records_lossy on usage_records (called_at, request_id) where losses <> '{}'`,
  `create index usage_records_by_error on usage_records (error_code, called_at, request_id)
     where error_code is not null`,
  'create index usage_records_by_recording on usage_records (recorded_at)',
];
