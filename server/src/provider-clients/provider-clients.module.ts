import { Module } from '@nestjs/common';
import { ProviderClient } from './provider-client.js';
import { UpstreamPools } from './upstream-pools.js';

@Module({
  providers: [UpstreamPools, ProviderClient],
  exports: [ProviderClient],
})
export class ProviderClientsModule {}
