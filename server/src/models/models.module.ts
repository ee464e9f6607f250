import { Module } from '@nestjs/common';
import { ProviderClientsModule } from '../provider-clients/provider-clients.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { CountTokensService } from './count-tokens.service.js';
import { TokenCounter } from './internal/token-counter.js';
import { ModelsController } from './models.controller.js';

@Module({
  imports: [ProvidersModule, ProviderClientsModule],
  controllers: [ModelsController],
  providers: [CountTokensService, TokenCounter],
})
export class ModelsModule {}
