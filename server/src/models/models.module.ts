import { Module } from '@nestjs/common';
import { ProviderClientsModule } from '../provider-clients/provider-clients.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { TokenizerModule } from '../tokenizer/tokenizer.module.js';
import { CountTokensService } from './count-tokens.service.js';
import { ModelsController } from './models.controller.js';
import { UpstreamTokenCount } from './upstream-token-count.js';

@Module({
  imports: [ProvidersModule, ProviderClientsModule, TokenizerModule],
  controllers: [ModelsController],
  providers: [CountTokensService, UpstreamTokenCount],
})
export class ModelsModule {}
