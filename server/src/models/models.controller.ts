import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { CountTokensResponse, ModelInfo, ModelList } from '@ccs/wire';
import type { FastifyRequest } from 'fastify';
import { KeyAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { validateCountTokensRequest } from '../converters/anthropic-openai/validate-request.js';
import { NotFoundError } from '../errors/caller-errors.js';
import { ProviderCatalog } from '../providers/provider-catalog.js';
import { CountTokensService } from './count-tokens.service.js';
import { listModels, pageOfModels } from './model-list.js';

@Controller()
export class ModelsController {
  constructor(
    private readonly catalog: ProviderCatalog,
    private readonly counter: CountTokensService,
  ) {}

  @Get(['v1/models', 'v1/v1/models'])
  @KeyAccess()
  list(@Req() req: FastifyRequest, @Query() query: Record<string, unknown>): ModelList {
    return pageOfModels(this.modelsOf(req), query);
  }

  /** The id may hold slashes (`org/model`), hence the wildcard. */
  @Get(['v1/models/*', 'v1/v1/models/*'])
  @KeyAccess()
  get(@Req() req: FastifyRequest, @Param('*') id: string): ModelInfo {
    const model = this.modelsOf(req).find((each) => each.id === id);
    if (model === undefined) throw new NotFoundError(`model: '${id.slice(0, 200)}' does not exist`);
    return model;
  }

  @Post(['v1/messages/count_tokens', 'v1/v1/messages/count_tokens'])
  @KeyAccess()
  @HttpCode(200)
  async count(@Req() req: FastifyRequest): Promise<CountTokensResponse> {
    const url = req.raw.url ?? '';
    const question = url.indexOf('?');
    const inputTokens = await this.counter.count({
      request: validateCountTokensRequest(req.body),
      rawBody: req.rawBody ?? Buffer.alloc(0),
      headers: req.headers,
      scopes: requestPrincipal(req).scopes,
      query: question < 0 ? '' : url.slice(question + 1),
    });
    return { input_tokens: inputTokens };
  }

  private modelsOf(req: FastifyRequest): readonly ModelInfo[] {
    return listModels(this.catalog.snapshot(), requestPrincipal(req).scopes);
  }
}
