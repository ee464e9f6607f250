import { Body, Controller, Get, Ip, Put, Query, Req } from '@nestjs/common';
import {
  ConfigChangesQueryDto,
  UpdateConfigDto,
  type ConfigChanged,
  type ConfigChangeView,
  type ConfigView,
  type Page,
} from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { changeAuthor } from './change-author.js';
import { GatewayConfig } from './gateway-config.js';

/** The settings of the whole gateway, and what was changed in them and in providers. */
@Controller('api/config')
@SessionAccess('config')
export class GatewayConfigController {
  constructor(private readonly config: GatewayConfig) {}

  @Get()
  get(): Promise<ConfigView> {
    return this.config.get();
  }

  @Put()
  async update(
    @Req() request: object,
    @Ip() address: string,
    @Body() dto: UpdateConfigDto,
  ): Promise<ConfigChanged> {
    const view = await this.config.update(dto, changeAuthor(request, address));
    return { success: true, message: 'Configuration updated successfully', ...view };
  }

  @Get('changes')
  changes(@Query() query: ConfigChangesQueryDto): Promise<Page<ConfigChangeView>> {
    return this.config.changes(query);
  }
}
