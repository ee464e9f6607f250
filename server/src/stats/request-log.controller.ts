import { Controller, Get, Ip, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  RequestExportQueryDto,
  RequestLogQueryDto,
  StatsFilterDto,
  type RequestDetail,
  type RequestLog,
  type StatsAnswer,
} from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { LiveTail } from './live-tail.js';
import { RequestExportService } from './request-export.service.js';
import { RequestLogService } from './request-log.service.js';

/** Everybody's requests with `stats`; one's own for whoever may chat. */
@Controller('api/stats')
@SessionAccess('stats', 'chat')
export class RequestLogController {
  constructor(
    private readonly log: RequestLogService,
    private readonly exports: RequestExportService,
    private readonly tail: LiveTail,
  ) {}

  @Get('requests')
  page(@Req() request: object, @Query() query: RequestLogQueryDto): Promise<RequestLog> {
    return this.log.page(requestPrincipal(request), query);
  }

  @Get('requests/live')
  live(@Req() request: object, @Query() query: StatsFilterDto, @Res() reply: FastifyReply): void {
    void reply
      .headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
      .send(this.tail.listen(requestPrincipal(request), query));
  }

  @Get('requests/:request_id')
  async detail(@Req() request: object, @Param('request_id') id: string): Promise<StatsAnswer<RequestDetail>> {
    return { success: true, data: await this.log.detail(requestPrincipal(request), id) };
  }

  @Get('export.csv')
  async export(
    @Req() request: object,
    @Ip() address: string,
    @Query() query: RequestExportQueryDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const csv = await this.exports.csv(requestPrincipal(request), address, query);
    void reply
      .headers({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="requests.csv"',
      })
      .send(csv);
  }
}
