import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { QueueModule } from '../queue/queue.module.js';
import { RETENTION_RULES, type RetentionRule } from './retention-rule.js';
import { RetentionProcessor } from './retention.processor.js';

/** The jobs of this room, for the process that runs jobs. */
@Module({})
export class RetentionJobsModule {
  /** `modules` export the `rules`; they are enforced in their order. */
  static forRules(modules: readonly Type[], rules: readonly Type<RetentionRule>[]): DynamicModule {
    return {
      module: RetentionJobsModule,
      imports: [QueueModule, ...modules],
      providers: [
        {
          provide: RETENTION_RULES,
          inject: [...rules],
          useFactory: (...instances: RetentionRule[]) => instances,
        },
        RetentionProcessor,
      ],
    };
  }
}
