import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { RetentionRule } from '../retention/retention-rule.js';

const AT_ONCE = 5_000;

/** Who changed what in the configuration goes piece by piece; the audit trail keeps that it was changed. */
@Injectable()
export class ConfigChangeRetention implements RetentionRule {
  readonly what = 'changes of the configuration';

  constructor(
    private readonly dataSource: DataSource,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async enforce(): Promise<number> {
    const { configChangesDays } = this.environment.retention;
    if (configChangesDays === null) return 0;
    let removed = 0;
    for (;;) {
      const [, count] = await this.dataSource.query<[unknown[], number]>(
        `delete from config_changes where id in (
           select id from config_changes where at < now() - make_interval(days => $1) order by id limit $2)`,
        [configChangesDays, AT_ONCE],
      );
      removed += count;
      if (count < AT_ONCE) return removed;
    }
  }
}
