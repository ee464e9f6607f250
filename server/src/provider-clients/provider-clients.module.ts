import { Module } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { EgressPolicy } from './egress-policy.js';
import { ProviderClient } from './provider-client.js';
import { UpstreamPools } from './upstream-pools.js';

/** Connections to providers: the catalog decides which stay, calls and probes use them. */
@Module({
  providers: [
    {
      provide: EgressPolicy,
      inject: [ENVIRONMENT],
      useFactory: ({ allowPrivateProviders }: Environment) => new EgressPolicy(allowPrivateProviders),
    },
    UpstreamPools,
    ProviderClient,
  ],
  exports: [EgressPolicy, UpstreamPools, ProviderClient],
})
export class ProviderClientsModule {}
