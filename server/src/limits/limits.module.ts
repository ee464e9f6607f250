import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { HotRedis } from '../shared-state/hot-redis.js';
import { Metrics } from '../telemetry/metrics.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { TokenizerModule } from '../tokenizer/tokenizer.module.js';
import { TokenEstimates } from '../tokens/token-estimates.js';
import { PriceList } from '../usage/price-list.js';
import { PricesModule } from '../usage/prices.module.js';
import { CallCost } from './call-cost.js';
import { CallLimits } from './call-limits.js';
import { CallsUnderWay } from './calls-under-way.js';
import { LIMIT_SCRIPTS } from './limit-scripts.js';
import { LimitStore } from './limit-store.js';
import { LocalShare } from './local-share.js';
import { MemoryLimitStore } from './memory-limit-store.js';
import { RecordedSpendRepository } from './recorded-spend.repository.js';
import { RedisLimitStore } from './redis-limit-store.js';
import { SpendAccounts } from './spend-accounts.js';

/** What a key and its owner may use. */
@Module({
  imports: [TokenizerModule, PricesModule],
  providers: [
    RecordedSpendRepository,
    {
      provide: HotRedis,
      inject: [ENVIRONMENT, LOGGER, Metrics],
      useFactory: ({ redisUrl, redisTimeoutMs }: Environment, logger: Logger, metrics: Metrics) =>
        redisUrl === null
          ? null
          : new HotRedis(redisUrl.reveal(), LIMIT_SCRIPTS, redisTimeoutMs, logger, (away) =>
              metrics.setLimitStoreAway(away),
            ),
    },
    {
      provide: LimitStore,
      inject: [HotRedis],
      useFactory: (redis: HotRedis | null): LimitStore =>
        redis === null ? new MemoryLimitStore(Date.now) : new RedisLimitStore(redis, randomUUID(), Date.now),
    },
    { provide: LocalShare, useFactory: () => new LocalShare(Date.now) },
    {
      provide: SpendAccounts,
      inject: [LimitStore, RecordedSpendRepository],
      useFactory: (store: LimitStore, recorded: RecordedSpendRepository) =>
        new SpendAccounts(store, recorded, Date.now),
    },
    {
      provide: CallCost,
      inject: [TokenEstimates, PriceList],
      useFactory: (estimates: TokenEstimates, prices: PriceList) =>
        new CallCost(estimates, {
          costNanoUsd: (...question) => prices.current().costNanoUsd(...question),
        }),
    },
    CallsUnderWay,
    CallLimits,
  ],
  exports: [CallLimits],
})
export class LimitsModule {}
