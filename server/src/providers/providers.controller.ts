import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Ip,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
} from '@nestjs/common';
import {
  CreateProviderDto,
  EnableProviderQueryDto,
  OrderProvidersDto,
  ProviderQueryDto,
  UpdateProviderDto,
  type ProviderChanged,
  type ProviderPreset,
  type ProvidersChanged,
  type ProviderView,
  type PublicProvider,
} from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { changeAuthor } from './change-author.js';
import { ProviderAdministration } from './provider-administration.js';
import { ProviderCatalog } from './provider-catalog.js';
import { PROVIDER_PRESETS } from './provider-presets.js';

/** Providers, by name and format; a name alone means the one of that name, or all where it says so. */
@Controller('api/providers')
@SessionAccess('providers')
export class ProvidersController {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly administration: ProviderAdministration,
  ) {}

  /** Names, formats and models, and which can be used now; nothing else. */
  @Get('public')
  @SessionAccess()
  listPublic(@Req() request: object): readonly PublicProvider[] {
    const mayKnowWhy = requestPrincipal(request).permissions.has('providers');
    return this.catalog.snapshot().providers.map(({ name, dialect, enabled, disabledReason, tiers }) => ({
      name,
      api_format: dialect,
      enabled,
      disabled_reason: mayKnowWhy ? disabledReason : null,
      models: Object.fromEntries(tiers),
    }));
  }

  @Get('presets')
  presets(): readonly ProviderPreset[] {
    return PROVIDER_PRESETS;
  }

  @Get()
  list(@Query() query: ProviderQueryDto): Promise<readonly ProviderView[]> {
    return this.administration.list(query.api_format);
  }

  @Post()
  async create(
    @Req() request: object,
    @Ip() address: string,
    @Body() dto: CreateProviderDto,
  ): Promise<ProviderChanged> {
    const provider = await this.administration.create(dto, changeAuthor(request, address));
    return { success: true, message: `Provider '${provider.name}' created successfully`, provider };
  }

  @Put('order')
  async order(
    @Req() request: object,
    @Ip() address: string,
    @Body() dto: OrderProvidersDto,
  ): Promise<ProvidersChanged> {
    const providers = await this.administration.order(dto.ids, changeAuthor(request, address));
    return { success: true, message: 'Order saved', providers };
  }

  @Get(':name')
  get(@Param('name') name: string, @Query() query: ProviderQueryDto): Promise<ProviderView> {
    return this.administration.get({ name, apiFormat: query.api_format });
  }

  @Put(':name')
  async update(
    @Req() request: object,
    @Ip() address: string,
    @Param('name') name: string,
    @Query() query: ProviderQueryDto,
    @Body() dto: UpdateProviderDto,
  ): Promise<ProviderChanged> {
    const choice = { name, apiFormat: query.api_format };
    const provider = await this.administration.update(choice, dto, changeAuthor(request, address));
    return { success: true, message: `Provider '${provider.name}' updated successfully`, provider };
  }

  @Patch(':name/enable')
  async enable(
    @Req() request: object,
    @Ip() address: string,
    @Param('name') name: string,
    @Query() query: EnableProviderQueryDto,
  ): Promise<ProvidersChanged> {
    const enabled = query.enabled === 'true';
    const choice = { name, apiFormat: query.api_format };
    const providers = await this.administration.setEnabled(choice, enabled, changeAuthor(request, address));
    return { success: true, message: `Provider '${name}' ${enabled ? 'enabled' : 'disabled'}`, providers };
  }

  @Delete(':name')
  @HttpCode(200)
  async delete(
    @Req() request: object,
    @Ip() address: string,
    @Param('name') name: string,
    @Query() query: ProviderQueryDto,
  ): Promise<{ success: true; message: string }> {
    await this.administration.delete({ name, apiFormat: query.api_format }, changeAuthor(request, address));
    return { success: true, message: `Provider '${name}' deleted successfully` };
  }
}
