import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ALL_STRATEGIES, ROUTING_STRATEGIES } from '../routing/routing-strategies.js';
import { CallRouter } from './call-router.js';
import { ProviderClientsModule } from '../provider-clients/provider-clients.module.js';
import { CatalogBuilder } from './catalog-builder.js';
import { ProviderCatalog } from './provider-catalog.js';
import { ProviderFileImport } from './provider-file-import.js';
import { ProviderFileRepository } from './provider-file.repository.js';
import { Provider, ProviderModel } from './provider.entity.js';
import { ProviderHealthBoard } from './provider-health-board.js';
import { ProviderRepository } from './provider.repository.js';
import { ProvidersController } from './providers.controller.js';
import { StoredSecrets } from './stored-secrets.js';

@Module({
  imports: [ProviderClientsModule, TypeOrmModule.forFeature([Provider, ProviderModel])],
  controllers: [ProvidersController],
  providers: [
    StoredSecrets,
    ProviderRepository,
    ProviderFileRepository,
    ProviderFileImport,
    CatalogBuilder,
    ProviderCatalog,
    ProviderHealthBoard,
    { provide: ROUTING_STRATEGIES, useValue: ALL_STRATEGIES },
    CallRouter,
  ],
  exports: [ProviderCatalog, ProviderHealthBoard, CallRouter],
})
export class ProvidersModule {}
