import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For the filters of the request log that had to read every record of a range: code, duration, tier, one's failures. */
export class RequestLogFilters1764115200111 implements MigrationInterface {
  readonly name = 'RequestLogFilters1764115200111';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}

const STATEMENTS = [
  `create index usage_records_by_status_code on usage_records (http_status, called_at, request_id)
     where http_status >= 400`,
  'create index usage_records_slow on usage_records (duration_ms, called_at) where duration_ms >= 10000',
  // Providers and models are few, so that a tier alone is found in it as well.
  'drop index usage_records_by_provider',
  `create index usage_records_by_provider
     on usage_records (provider, target_model, tier, called_at, request_id)`,
  // Successes are found by their time.
  'drop index usage_records_by_status',
  `create index usage_records_by_status on usage_records (status, called_at, request_id)
     where status <> 'success'`,
  `create index usage_records_failed_by_user on usage_records (user_id, status, called_at, request_id)
     where status <> 'success'`,
];
