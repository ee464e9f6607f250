import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  CheckHealthDto,
  HealthHistoryQueryDto,
  ProviderHealthQueryDto,
  type HealthHistory,
  type HealthReport,
  type ProviderHealth,
} from '@ccs/dto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SessionAccess } from '../auth/access.decorators.js';
import { answerWithProgress } from '../http/event-stream.js';
import { HealthCheckRun } from './health-check-run.js';
import { ProviderHealthService } from './provider-health.service.js';

/** What is known of the providers; only `check` asks them anything. */
@Controller('api/health')
@SessionAccess('health')
export class ProviderHealthController {
  constructor(
    private readonly health: ProviderHealthService,
    private readonly run: HealthCheckRun,
  ) {}

  @Get(['', 'latest'])
  report(): Promise<HealthReport> {
    return this.health.report();
  }

  @Get('history')
  history(@Query() query: HealthHistoryQueryDto): Promise<HealthHistory> {
    return this.health.history(query);
  }

  /** Asks the providers now; whoever accepts `text/event-stream` is told step by step what it finds. */
  @Post('check')
  @HttpCode(200)
  check(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body() { name, api_format: dialect }: CheckHealthDto,
  ): Promise<void> {
    const providers = this.health.wanted(name, dialect);
    return answerWithProgress(request, reply, (signal, progress) =>
      this.run.run(providers, signal, progress),
    );
  }

  @Get(':name')
  one(@Param('name') name: string, @Query() query: ProviderHealthQueryDto): Promise<ProviderHealth> {
    return this.health.one(name, query.api_format);
  }
}
