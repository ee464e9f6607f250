import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ProvidersModule } from '../providers/providers.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { DatabaseProbe } from './database-probe.repository.js';
import { Dependencies } from './dependencies.js';
import { EventLoopWatchdog } from './event-loop-watchdog.js';
import { GatewayState } from './gateway-state.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Probes } from './probes.js';
import { ProbesController } from './probes.controller.js';
import { ProviderHealthModule } from './provider-health.module.js';

@Module({
  imports: [
    // Its logger would tell at every probe what the answer says.
    TerminusModule.forRoot({ logger: false }),
    ProviderHealthModule,
    ProvidersModule,
    QueueModule,
    UsageModule,
  ],
  controllers: [HealthController, ProbesController, MetricsController],
  providers: [DatabaseProbe, Dependencies, EventLoopWatchdog, GatewayState, Probes],
})
export class HealthModule {}
