import { Module } from '@nestjs/common';
import { ProvidersModule } from '../providers/providers.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { PricesModule } from '../usage/prices.module.js';
import { AlertSender } from './alert-sender.js';
import { ConditionReporter } from './condition-reporter.js';
import { HealthCheckRun } from './health-check-run.js';
import { HealthStore } from './health-store.repository.js';
import { HealthProcessor } from './health.processor.js';
import { ModelProber } from './model-probe.js';
import { ProbeRound } from './probe-round.js';
import { ProbeSchedule } from './probe-schedule.js';
import { ProviderChecker } from './provider-checker.js';
import { ProviderHealthController } from './provider-health.controller.js';
import { ProviderHealthService } from './provider-health.service.js';

/**
 * The health of providers. Its jobs run where calls are answered, whichever process hosts the others: there are the
 * catalog with its secrets and the connections.
 */
@Module({
  imports: [PricesModule, ProvidersModule, QueueModule],
  controllers: [ProviderHealthController],
  providers: [
    AlertSender,
    ConditionReporter,
    HealthCheckRun,
    HealthProcessor,
    HealthStore,
    ModelProber,
    ProbeRound,
    ProbeSchedule,
    ProviderChecker,
    ProviderHealthService,
  ],
})
export class ProviderHealthModule {}
