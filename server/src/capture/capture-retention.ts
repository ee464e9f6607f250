import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import type { RetentionRule } from '../retention/retention-rule.js';
import { CaptureRepository } from './capture.repository.js';

@Injectable()
export class CaptureRetention implements RetentionRule {
  readonly what = 'captured bodies';

  constructor(
    private readonly repository: CaptureRepository,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  enforce(): Promise<number> {
    return this.repository.deleteOlderThan(this.environment.retention.capturesDays);
  }
}
