import { Global, Module } from '@nestjs/common';
import { ChangeFeed } from './change-feed.js';
import { PostgresChangeFeed } from './postgres-change-feed.js';

/** What the processes of an installation share besides the tables themselves. */
@Global()
@Module({
  providers: [{ provide: ChangeFeed, useClass: PostgresChangeFeed }],
  exports: [ChangeFeed],
})
export class SharedStateModule {}
