import { Controller, Get } from '@nestjs/common';
import type { PublicProvider } from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { ProviderCatalog } from './provider-catalog.js';

@Controller('api/providers')
export class ProvidersController {
  constructor(private readonly catalog: ProviderCatalog) {}

  /** What can be used now: names, formats and models, nothing else. */
  @Get('public')
  @SessionAccess()
  list(): readonly PublicProvider[] {
    const usable = this.catalog.snapshot().providers.filter((provider) => provider.enabled);
    return usable.map(({ name, dialect, tiers }) => ({
      name,
      api_format: dialect,
      models: Object.fromEntries(tiers),
    }));
  }
}
