import { Module } from '@nestjs/common';
import { TokenEstimates } from '../tokens/token-estimates.js';
import { ProviderClient } from './provider-client.js';
import { UpstreamPools } from './upstream-pools.js';

@Module({
  providers: [
    UpstreamPools,
    ProviderClient,
    // Pure, so that it has no decorator of its own; one for the process, shared by whoever talks to providers.
    { provide: TokenEstimates, useFactory: () => new TokenEstimates() },
  ],
  exports: [ProviderClient, TokenEstimates],
})
export class ProviderClientsModule {}
