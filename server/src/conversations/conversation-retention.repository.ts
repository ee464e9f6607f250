import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { RetentionRule } from '../retention/retention-rule.js';
import { AnswerRepository } from './answer.repository.js';

const AT_ONCE = 200;

/** Deleted conversations go for good, and answers of processes that died get their end. */
@Injectable()
export class ConversationRetention implements RetentionRule {
  readonly what = 'deleted conversations';

  constructor(
    private readonly dataSource: DataSource,
    private readonly answers: AnswerRepository,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  async enforce(): Promise<number> {
    while ((await this.answers.endAbandoned()) > 0);
    let removed = 0;
    for (;;) {
      const [, count] = await this.dataSource.query<[unknown[], number]>(
        `delete from conversations where id in (
           select id from conversations where deleted_at < now() - make_interval(days => $1)
            order by deleted_at limit $2)`,
        [this.environment.retention.deletedConversationsDays, AT_ONCE],
      );
      removed += count;
      if (count < AT_ONCE) return removed;
    }
  }
}
