import { Module } from '@nestjs/common';
import { ALL_STRATEGIES, ROUTING_STRATEGIES } from '../routing/routing-strategies.js';
import { CallRouter } from './call-router.js';
import { ProviderClientsModule } from '../provider-clients/provider-clients.module.js';
import { CatalogBuilder } from './catalog-builder.js';
import { GatewayConfig } from './gateway-config.js';
import { GatewayConfigController } from './gateway-config.controller.js';
import { GatewayConfigRepository } from './gateway-config.repository.js';
import { LogSettingsFollower } from './log-settings.js';
import { ProviderCatalog } from './provider-catalog.js';
import { ProviderFileImport } from './provider-file-import.js';
import { ProviderFileStatus } from './provider-file-state.js';
import { ProviderFileWatch } from './provider-file-watch.js';
import { ProviderFileRepository } from './provider-file.repository.js';
import { ProviderHealthBoard } from './provider-health-board.js';
import { ProviderStoreModule } from './provider-store.module.js';
import { ProviderAdministration } from './provider-administration.js';
import { ProviderAdministrationRepository } from './provider-administration.repository.js';
import { ProviderProbe } from './provider-probe.js';
import { ProviderTests } from './provider-tests.js';
import { ProviderTestsController } from './provider-tests.controller.js';
import { ProvidersController } from './providers.controller.js';

@Module({
  imports: [ProviderClientsModule, ProviderStoreModule],
  controllers: [ProvidersController, ProviderTestsController, GatewayConfigController],
  providers: [
    ProviderFileRepository,
    ProviderFileStatus,
    ProviderFileImport,
    ProviderFileWatch,
    CatalogBuilder,
    ProviderCatalog,
    ProviderHealthBoard,
    { provide: ROUTING_STRATEGIES, useValue: ALL_STRATEGIES },
    CallRouter,
    ProviderAdministrationRepository,
    ProviderAdministration,
    ProviderProbe,
    ProviderTests,
    GatewayConfigRepository,
    GatewayConfig,
    LogSettingsFollower,
  ],
  exports: [ProviderCatalog, ProviderHealthBoard, CallRouter, ProviderProbe],
})
export class ProvidersModule {}
