import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ProviderQueryDto,
  TestProviderDto,
  TestProviderQueryDto,
  TestUnsavedProviderDto,
  type DiscoveredModels,
} from '@ccs/dto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SessionAccess } from '../auth/access.decorators.js';
import { answerWithProgress, type Progress } from '../http/event-stream.js';
import { ProviderTests, type TestStep } from './provider-tests.js';

/** Live tests, told step by step to whoever accepts `text/event-stream`, and what models a provider has. */
@Controller('api/providers')
@SessionAccess('providers')
export class ProviderTestsController {
  constructor(private readonly tests: ProviderTests) {}

  @Post('test')
  @HttpCode(200)
  testUnsaved(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() { depth = 'call' }: TestProviderQueryDto,
    @Body() dto: TestUnsavedProviderDto,
  ): Promise<void> {
    return answerWithProgress(request, reply, (signal, progress) =>
      this.tests.testUnsaved(dto, { depth, tiers: dto.tiers, signal, onStep: telling(progress) }),
    );
  }

  @Post('models')
  @HttpCode(200)
  discoverUnsaved(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body() dto: TestUnsavedProviderDto,
  ): Promise<void> {
    return answerWithProgress(request, reply, (signal) => this.tests.discoverUnsaved(dto, signal));
  }

  @Post(':name/test')
  @HttpCode(200)
  test(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('name') name: string,
    @Query() { depth = 'call', api_format: apiFormat }: TestProviderQueryDto,
    @Body() dto?: TestProviderDto,
  ): Promise<void> {
    return answerWithProgress(request, reply, (signal, progress) =>
      this.tests.test({ name, apiFormat }, { depth, tiers: dto?.tiers, signal, onStep: telling(progress) }),
    );
  }

  @Get(':name/models')
  discover(@Param('name') name: string, @Query() query: ProviderQueryDto): Promise<DiscoveredModels> {
    return this.tests.discover({ name, apiFormat: query.api_format }, AbortSignal.timeout(30_000));
  }
}

const telling =
  (progress: Progress) =>
  (step: TestStep): void =>
    progress('step', step);
