import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { ChangeFeed } from './change-feed.js';
import { Hints, NoHints } from './hints.js';
import { PostgresChangeFeed } from './postgres-change-feed.js';
import { RedisHints } from './redis-hints.js';

/** What the processes of an installation share besides the tables themselves. */
@Global()
@Module({
  providers: [
    { provide: ChangeFeed, useClass: PostgresChangeFeed },
    {
      provide: Hints,
      inject: [ENVIRONMENT],
      useFactory: ({ redisUrl }: Environment) =>
        redisUrl === null ? new NoHints() : new RedisHints(redisUrl.reveal()),
    },
  ],
  exports: [ChangeFeed, Hints],
})
export class SharedStateModule implements OnApplicationShutdown {
  constructor(@Inject(Hints) private readonly hints: Hints) {}

  onApplicationShutdown(): void {
    if (this.hints instanceof RedisHints) this.hints.close();
  }
}
