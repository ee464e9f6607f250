import { Controller, Get, Header, Query, Req } from '@nestjs/common';
import { StatsFilterDto, StatsSummaryQueryDto, TimeseriesQueryDto } from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { StatsService } from './stats.service.js';

const JsonAnswer = (): MethodDecorator => Header('content-type', 'application/json; charset=utf-8');

/** Everybody's usage with `stats`; one's own for whoever may chat. */
@Controller('api/stats')
@SessionAccess('stats', 'chat')
export class StatsController {
  constructor(private readonly stats: StatsService) {}

  @Get('summary')
  @JsonAnswer()
  summary(@Req() request: object, @Query() query: StatsSummaryQueryDto): Promise<Uint8Array> {
    return this.stats.summary(requestPrincipal(request), query);
  }

  @Get('token-usage')
  @JsonAnswer()
  tokenUsage(@Req() request: object, @Query() query: StatsFilterDto): Promise<Uint8Array> {
    return this.stats.tokenUsage(requestPrincipal(request), query);
  }

  @Get('providers')
  @JsonAnswer()
  providers(@Req() request: object, @Query() query: StatsFilterDto): Promise<Uint8Array> {
    return this.stats.providers(requestPrincipal(request), query);
  }

  @Get('timeseries')
  @JsonAnswer()
  timeseries(@Req() request: object, @Query() query: TimeseriesQueryDto): Promise<Uint8Array> {
    return this.stats.timeseries(requestPrincipal(request), query);
  }
}
