import { getQueueToken } from '@nestjs/bullmq';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { errorText } from '../config/error-text.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { StartupError } from '../config/startup-error.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { QUEUES } from './queues.js';

/**
 * Sees to it that the queues are usable when the start is over. On PostgreSQL BullMQ opens each one once, and one
 * that failed then would never work again; Redis may come later.
 */
@Injectable()
export class OpenQueues implements OnModuleInit {
  constructor(
    private readonly modules: ModuleRef,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    for (const name of Object.values(QUEUES)) {
      const queue = this.modules.get<Queue>(getQueueToken(name), { strict: false });
      queue.on('error', (error) => this.logger.warn({ err: error, queue: name }, 'queue unreachable'));
      if (this.environment.redisUrl === null) await opened(queue);
    }
  }
}

async function opened(queue: Queue): Promise<void> {
  try {
    await queue.waitUntilReady();
  } catch (error) {
    const reason = `The queue '${queue.name}' cannot be opened in the database: ${errorText(error)}`;
    throw new StartupError(reason, { cause: error });
  }
}
