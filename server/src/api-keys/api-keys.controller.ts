import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Post, Put, Query, Req } from '@nestjs/common';
import {
  ApiKeyListQueryDto,
  CreateApiKeyDto,
  RotateApiKeyDto,
  UpdateApiKeyDto,
  type ApiKeyView,
  type CreatedApiKey,
  type Page,
  type RotatedApiKey,
} from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { GoneError } from '../errors/caller-errors.js';
import { IdPipe } from '../http/id.pipe.js';
import { ApiKeysService, type KeyActor } from './api-keys.service.js';

/** Own keys for whoever may chat, everybody's with `api_keys`. */
@Controller(['api/api-keys', 'api/api_keys'])
@SessionAccess('chat', 'api_keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @HttpCode(200)
  create(
    @Req() request: object,
    @Ip() address: string,
    @Body() dto: CreateApiKeyDto,
  ): Promise<CreatedApiKey> {
    return this.keys.create(by(request, address), dto);
  }

  @Get()
  list(@Req() request: object, @Query() query: ApiKeyListQueryDto): Promise<Page<ApiKeyView>> {
    return this.keys.list(requestPrincipal(request), query);
  }

  @Get(':id')
  get(@Req() request: object, @Param('id', IdPipe) id: number): Promise<ApiKeyView> {
    return this.keys.get(requestPrincipal(request), id);
  }

  @Put(':id')
  update(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
    @Body() dto: UpdateApiKeyDto,
  ): Promise<ApiKeyView> {
    return this.keys.update(by(request, address), id, dto);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  rotate(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
    @Body() dto: RotateApiKeyDto,
  ): Promise<RotatedApiKey> {
    return this.keys.rotate(by(request, address), id, dto);
  }

  @Delete(':id')
  async delete(
    @Req() request: object,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
  ): Promise<{ message: string }> {
    await this.keys.delete(by(request, address), id);
    return { message: 'API key deleted successfully' };
  }

  @Get(':id/full')
  full(): never {
    throw new GoneError('An API key is shown once, when it is made, and stored nowhere. Make a new one.');
  }
}

const by = (request: object, address: string): KeyActor => ({
  principal: requestPrincipal(request),
  address,
});
