import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { RetentionRule } from '../retention/retention-rule.js';

const AT_ONCE = 5_000;
/** With the column that says how old a row is. */
const TABLES = [
  ['health_checks', 'checked_at'],
  ['health_events', 'at'],
  ['health_traffic', 'bucket'],
  ['health_replicas', 'reported_at'],
] as const;

/** The history of providers goes piece by piece. */
@Injectable()
export class HealthRetention implements RetentionRule {
  readonly what = 'history of providers';

  constructor(
    private readonly dataSource: DataSource,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async enforce(): Promise<number> {
    let removed = 0;
    for (const [table, column] of TABLES) {
      for (;;) {
        const [, count] = await this.dataSource.query<[unknown[], number]>(
          `delete from ${table} where ctid in (
             select ctid from ${table} where ${column} < now() - make_interval(days => $1) limit $2)`,
          [this.environment.retention.healthDays, AT_ONCE],
        );
        removed += count;
        if (count < AT_ONCE) break;
      }
    }
    return removed;
  }
}
