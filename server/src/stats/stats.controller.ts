import { Controller, Get, Header, Query, Req } from '@nestjs/common';
import {
  StatsFilterDto,
  StatsSummaryQueryDto,
  TimeseriesQueryDto,
  type ProviderUsages,
  type StatsAnswer,
  type StatsSummary,
  type TokenUsage,
} from '@ccs/dto';
import { Readable } from 'node:stream';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { chartPieces } from './internal/chart-pieces.js';
import { StatsService } from './stats.service.js';
import { TimeseriesService } from './timeseries.service.js';

/** Everybody's usage with `stats`; one's own for whoever may chat. */
@Controller('api/stats')
@SessionAccess('stats', 'chat')
export class StatsController {
  constructor(
    private readonly stats: StatsService,
    private readonly charts: TimeseriesService,
  ) {}

  @Get('summary')
  async summary(
    @Req() request: object,
    @Query() query: StatsSummaryQueryDto,
  ): Promise<StatsAnswer<StatsSummary>> {
    return answer(await this.stats.summary(requestPrincipal(request), query));
  }

  @Get('token-usage')
  async tokenUsage(@Req() request: object, @Query() query: StatsFilterDto): Promise<StatsAnswer<TokenUsage>> {
    return answer(await this.stats.tokenUsage(requestPrincipal(request), query));
  }

  @Get('providers')
  async providers(
    @Req() request: object,
    @Query() query: StatsFilterDto,
  ): Promise<StatsAnswer<ProviderUsages>> {
    return answer(await this.stats.providers(requestPrincipal(request), query));
  }

  @Get('timeseries')
  @Header('content-type', 'application/json; charset=utf-8')
  async timeseries(@Req() request: object, @Query() query: TimeseriesQueryDto): Promise<Readable> {
    const chart = await this.charts.timeseries(requestPrincipal(request), query);
    return Readable.from(chartPieces(answer(chart)));
  }
}

const answer = <T>(data: T): StatsAnswer<T> => ({ success: true, data });
