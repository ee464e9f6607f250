import { Controller, Get, Req } from '@nestjs/common';
import type { PublicProvider } from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { ProviderCatalog } from './provider-catalog.js';

@Controller('api/providers')
export class ProvidersController {
  constructor(private readonly catalog: ProviderCatalog) {}

  /** Names, formats and models, and which can be used now; nothing else. */
  @Get('public')
  @SessionAccess()
  list(@Req() request: object): readonly PublicProvider[] {
    const mayKnowWhy = requestPrincipal(request).permissions.has('providers');
    return this.catalog.snapshot().providers.map(({ name, dialect, enabled, disabledReason, tiers }) => ({
      name,
      api_format: dialect,
      enabled,
      disabled_reason: mayKnowWhy ? disabledReason : null,
      models: Object.fromEntries(tiers),
    }));
  }
}
